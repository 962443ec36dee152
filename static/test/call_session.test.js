import assert from "node:assert/strict";
import { test } from "node:test";
import { CallSession } from "../core/call_session.js";
import { Devices } from "../core/devices.js";
import { recallWish, rememberWish } from "../core/media_wish.js";
import { leftAlone, mediaExpected, wantedTracks } from "../core/states.js";
import { Signal } from "../core/signal.js";
import { FakeConnection } from "./fake_connection.js";
import { FakeClock, FakeMediaDevices, FakeSocket, settle } from "./fakes.js";

const person = (id, role, state, more = {}) => ({
  id, name: id, role, state, since: "2030-01-01T10:00:00Z", media: { microphone: true, camera: true, screen: false }, tracks: [], video_paused: false, ...more,
});
const callState = (mine, others = []) => ({
  you: { participant_id: "me", role: "clinician", state: mine, can: ["admit", "end"] },
  clinic: {}, session: { id: "ses_1" }, participants: [person("me", "clinician", mine), ...others], moves: [], chat: [], policy: { max_video_bitrate: 750_000 },
});
const patient = person("pat", "patient", "connected", { tracks: [{ id: "trk_p", source: "camera", kind: "video" }] });

async function harness(state, options = {}) {
  const h = { sockets: [], connections: [], posts: [], media: new FakeMediaDevices() };
  const api = {
    post: async (path, body) => {
      h.posts.push({ path, body });
      if (path.endsWith("/ticket")) return { ticket: "t" };
      return { attempt: body.attempt, offer: body.offer, sdp: "", publish: [], refused: [] };
    },
  };
  h.api = api;
  h.link = new Signal({
    connect: (payload) => { const socket = new FakeSocket(payload); h.sockets.push(socket); return socket; },
    fetchTicket: async () => "t",
  });
  h.clock = new FakeClock();
  h.devices = new Devices({ media: h.media, clock: h.clock });
  h.session = new CallSession({
    sessionId: "ses_1", as: "seat", api, devices: h.devices, link: h.link, ...options,
    createConnection: () => { const connection = new FakeConnection(); h.connections.push(connection); return connection; },
  });
  h.session.start();
  await settle();
  h.socket = h.sockets[0];
  h.socket.receive("connect");
  h.sequence = 1;
  h.socket.receive("snapshot", { epoch: "e", sequence: 1, state });
  h.stream = (type, data) => h.socket.receive("stream", { epoch: "e", sequence: ++h.sequence, type, data });
  h.sent = (event) => h.socket.sent.filter((one) => one.event === event);
  await new Promise((done) => setTimeout(done, 5));
  await settle();
  return h;
}

test("while waiting all is made ready and nothing sent; when let in, the offer goes out at once", async () => {
  const h = await harness(callState("waiting"));
  await h.devices.open();
  await settle();
  assert.equal(h.connections.length, 1);
  assert.deepEqual(h.posts.filter((one) => one.path.endsWith("/offer")), []);
  assert.deepEqual([h.sent("media_state"), h.sent("negotiated")], [[], []]);
  h.stream("participant", patient);
  h.stream("you", { ...callState("admitted").you });
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(h.connections.length, 1);
  const offer = h.posts.find((one) => one.path.endsWith("/offer")).body;
  assert.equal(offer.as, "seat");
  assert.deepEqual(offer.publish.map((one) => one.source).sort(), ["camera", "microphone"]);
  assert.deepEqual(offer.subscribe.map((one) => one.track_id), ["trk_p"]);
  assert.equal(h.posts.filter((one) => one.path.endsWith("/offer")).length, 1);
  assert.equal(h.connections[0].transceivers.find((one) => one.direction === "sendonly" && one.kind === "video").sender.parameters.encodings[0].maxBitrate, 750_000);
  assert.deepEqual(h.sent("media_state").at(-1).body, { microphone: true, camera: true, screen: false, interrupted: false, command_id: h.sent("media_state").at(-1).body.command_id });
  assert.equal(h.sent("negotiated").length, 1);
  h.session.stop();
});

test("sent away, or gone from the waiting room: what was made ready is closed, the connection of the page is not", async () => {
  const h = await harness(callState("waiting"));
  h.stream("goodbye", { reason: "denied" });
  assert.equal(h.connections[0].closed, true);
  h.session.stop();
  const other = await harness(callState("waiting"));
  other.session.stop({ keepLink: true });
  assert.deepEqual([other.connections[0].closed, other.socket.closed], [true, false]);
  const { media } = other.session;
  await other.devices.open();
  assert.equal(media.peer.attempts + other.connections.length, 1);
});

test("a call takes over the connection and the state of the page that waited", async () => {
  const before = await harness(callState("waiting"));
  await before.devices.open();
  before.session.stop({ keepLink: true });
  const connections = [];
  const session = new CallSession({
    sessionId: "ses_1", as: "seat", devices: before.devices, api: before.api, link: before.link, state: callState("admitted"),
    createConnection: () => { const connection = new FakeConnection(); connections.push(connection); return connection; },
  });
  session.start();
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(before.sockets.length, 1);
  assert.equal(session.connection.value, "online");
  assert.equal(before.sent("negotiated").length, 1);
  const { microphone, camera } = before.sent("media_state").at(-1).body;
  assert.deepEqual({ microphone, camera }, { microphone: true, camera: true }, "let in before the stage was loaded");
  session.stop();
  assert.equal(before.socket.closed, true);
});

test("without any device there is still a connection, and the tracks of others", async () => {
  const h = await harness(callState("admitted", [patient]));
  const offer = h.posts.find((one) => one.path.endsWith("/offer")).body;
  assert.deepEqual(offer.publish.map((one) => one.source), ["microphone"]);
  assert.deepEqual(offer.subscribe.map((one) => one.track_id), ["trk_p"]);
  assert.deepEqual([...h.session.media.remote.current.value.keys()], ["trk_p"]);
  h.session.stop();
});

test("mute is told, camera off closes the camera, both come back", async () => {
  const h = await harness(callState("waiting"));
  await h.devices.open();
  h.stream("you", { ...callState("admitted").you });
  await settle();
  await h.session.media.toggleMicrophone();
  const camera = h.devices.tracks.camera;
  await h.session.media.toggleCamera();
  assert.equal(camera.readyState, "ended");
  assert.deepEqual(h.session.media.state, { microphone: false, camera: false, screen: false, interrupted: false });
  await h.session.media.toggleMicrophone();
  await h.session.media.toggleCamera();
  assert.deepEqual(h.session.media.state, { microphone: true, camera: true, screen: false, interrupted: false });
  assert.equal(h.sent("media_state").at(-1).body.camera, true);
  h.session.stop();
});

test("a server that has started anew is told again what our devices do", async () => {
  const h = await harness(callState("waiting"));
  await h.devices.open();
  h.stream("you", { ...callState("admitted").you });
  await settle();
  const before = h.sent("media_state").length;
  h.socket.receive("snapshot", { epoch: "f", sequence: 1, state: callState("admitted") });
  await settle();
  const told = h.sent("media_state").slice(before);
  assert.equal(told.length, 1);
  assert.equal(told[0].body.camera, true);
  assert.equal(told[0].body.microphone, true);
  h.session.stop();
});

const doctor = person("doc", "clinician", "connected", { tracks: [{ id: "trk_a", source: "microphone", kind: "audio" }, { id: "trk_v", source: "camera", kind: "video" }] });
const offersOf = (h) => h.posts.filter((one) => one.path.endsWith("/offer")).map((one) => one.body.subscribe.map((line) => line.track_id));
const soon = () => new Promise((done) => setTimeout(done, 150));

test("audio only: pictures are no longer asked for, and come back with one tap", async () => {
  const h = await harness(callState("admitted", [doctor]));
  assert.deepEqual(offersOf(h).at(-1), ["trk_a", "trk_v"]);
  h.session.hearOnly(true);
  await soon();
  assert.deepEqual(offersOf(h).at(-1), ["trk_a"]);
  assert.deepEqual([...h.session.media.remote.current.value.keys()], ["trk_a"]);
  // A picture that begins meanwhile is not asked for either.
  h.stream("participant", { ...doctor, tracks: [...doctor.tracks, { id: "trk_s", source: "screen", kind: "video" }] });
  await soon();
  assert.deepEqual(offersOf(h).at(-1), ["trk_a"]);
  h.session.hearOnly(false);
  await soon();
  assert.deepEqual(offersOf(h).at(-1).sort(), ["trk_a", "trk_s", "trk_v"]);
  h.session.stop();
});

test("audio only is silent where nobody speaks: that is no broken connection", () => {
  const picture = { ...doctor, media: { microphone: false, camera: true, screen: true } };
  assert.equal(mediaExpected(callState("connected", [picture])), true);
  assert.equal(mediaExpected(callState("connected", [picture]), true), false);
  assert.equal(mediaExpected(callState("connected", [doctor]), true), true);
});

test("a phone call takes the microphone: others are told, and a tap captures anew over a new connection", async () => {
  const h = await harness(callState("waiting"));
  await h.devices.open();
  h.stream("you", { ...callState("admitted").you });
  await settle();
  const taken = h.devices.tracks.microphone;
  h.media.errors.microphone = "NotReadableError";
  taken.mute();
  await h.clock.advance(5_000);
  assert.equal(h.session.media.interrupted.value, "microphone");
  const told = h.sent("media_state").at(-1).body;
  assert.deepEqual([told.microphone, told.interrupted], [true, true]);
  assert.equal(h.devices.tracks.microphone, taken, "kept: it may be given back");
  assert.equal(await h.session.media.comeBack(), false);
  assert.equal(h.connections.length, 1);
  h.media.errors.microphone = null;
  assert.equal(await h.session.media.comeBack(), true);
  assert.notEqual(h.devices.tracks.microphone, taken);
  assert.equal(h.session.media.interrupted.value, null);
  assert.equal(h.sent("media_state").at(-1).body.interrupted, false);
  assert.equal(h.connections.length, 2);
  h.session.stop();
});

test("who is muted is not told to be interrupted, and stays muted when the device comes back", async () => {
  const h = await harness(callState("waiting"));
  await h.devices.open();
  h.stream("you", { ...callState("admitted").you });
  await settle();
  await h.session.media.toggleMicrophone();
  h.devices.tracks.microphone.mute();
  await h.clock.advance(1_000);
  assert.deepEqual([h.session.media.interrupted.value, h.session.media.state.interrupted], [null, false]);
  await h.session.media.toggleMicrophone();
  assert.deepEqual([h.session.media.interrupted.value, h.session.media.state.interrupted], ["microphone", true]);
  await h.session.media.toggleMicrophone();
  await h.clock.advance(2_000);
  const fresh = h.devices.tracks.microphone;
  assert.deepEqual([fresh.muted, fresh.enabled, h.session.media.microphone.value], [false, false, false]);
  fresh.end();
  await h.clock.advance(200);
  assert.deepEqual([h.devices.tracks.microphone.readyState, h.session.media.microphone.value], ["live", false]);
  h.session.stop();
});

test("media_reset makes a new connection, goodbye ends everything", async () => {
  const h = await harness(callState("admitted"));
  h.stream("media_reset", { reason: "worker" });
  assert.equal(h.connections.length, 2);
  h.stream("goodbye", { reason: "removed" });
  assert.equal(h.session.connection.value, "ended");
  assert.equal(h.session.endReason.value, "removed");
  assert.equal(h.connections[1].closed, true);
  h.session.stop();
});

test("leaving works without the server's answer's reason, and says so", async () => {
  const h = await harness(callState("admitted"));
  const leaving = h.session.leave();
  h.sent("leave")[0].ack({ ok: true });
  await leaving;
  assert.equal(h.session.endReason.value, "left");
  h.session.stop();
});

test("chat: unread while closed, sent once, failed and sent again under the same id", async () => {
  const h = await harness(callState("admitted", [patient]));
  let heard = 0;
  h.session.onEvent = () => { heard += 1; };
  h.stream("chat", { id: "m1", participant_id: "pat", name: "pat", body: "hi", at: "", command_id: "x" });
  assert.deepEqual([h.session.chat.unread.value, heard], [1, 1]);
  h.session.chat.show(true);
  assert.equal(h.session.chat.unread.value, 0);
  h.session.chat.send("  hello ");
  assert.equal(h.session.chat.messages.value.at(-1).status, "sending");
  h.sent("chat")[0].ack({ ok: false, error: { code: "too_many" } });
  await settle();
  const failed = h.session.chat.messages.value.at(-1);
  assert.equal(failed.status, "failed");
  h.session.chat.retry(failed.id);
  assert.equal(h.sent("chat")[1].body.command_id, h.sent("chat")[0].body.command_id);
  h.stream("chat", { id: "m2", participant_id: "me", name: "me", body: "hello", at: "", command_id: failed.id });
  assert.deepEqual(h.session.chat.messages.value.map((one) => one.status), ["sent", "sent"]);
  h.session.stop();
});

test("who is left alone, what is wanted, what is expected", () => {
  const asPatient = (others, mine = "connected") => ({ ...callState(mine, others), you: { participant_id: "me", role: "patient", state: mine, can: [] } });
  const doctor = person("doc", "clinician", "connected", { tracks: [{ id: "t", source: "microphone", kind: "audio" }] });
  assert.equal(leftAlone(asPatient([])), true);
  assert.equal(leftAlone(asPatient([doctor])), false);
  assert.equal(leftAlone(asPatient([{ ...doctor, state: "reconnecting" }])), true);
  assert.equal(leftAlone(callState("connected")), false);
  assert.deepEqual(wantedTracks(asPatient([doctor])), [{ id: "t", kind: "audio" }]);
  assert.deepEqual(wantedTracks(asPatient([doctor], "on_hold")), []);
  assert.equal(mediaExpected(asPatient([doctor])), true);
  assert.equal(mediaExpected(asPatient([{ ...doctor, media: { microphone: false, camera: false, screen: false } }])), false);
  assert.equal(mediaExpected(asPatient([doctor], "on_hold")), false);
});

test("a reload brings back what was on, and nothing when it was never in the call", () => {
  const map = new Map();
  const storage = { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) };
  assert.equal(recallWish("ses_1", storage), null);
  rememberWish("ses_1", { microphone: false, camera: true, audioOnly: true }, storage);
  assert.deepEqual(recallWish("ses_1", storage), { microphone: false, camera: true, audioOnly: true });
  map.set("telemed-media-ses_1", "{");
  assert.equal(recallWish("ses_1", storage), null);
});
