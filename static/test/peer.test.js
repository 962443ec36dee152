import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NetworkError } from "../core/api.js";
import { encodesSizes, pruneCodecs } from "../core/codecs.js";
import { FakeTrack } from "./fakes.js";
import { CODECS, connected, flow, harness } from "./peer_harness.js";

test("offers at once, names its lines, prunes codecs, tells when the answer is applied", async () => {
  const h = harness();
  h.peer.publish("camera", new FakeTrack("video"), 750_000);
  h.peer.subscribe([{ id: "trk_1", kind: "audio" }, { id: "trk_2", kind: "video" }]);
  await connected(h);
  const [offer] = h.offers;
  assert.equal(h.offers.length, 1);
  assert.deepEqual([offer.attempt, offer.offer], [1000, 1]);
  assert.deepEqual(offer.publish, [{ mid: "0", source: "camera" }, { mid: "1", source: "microphone" }]);
  assert.deepEqual(offer.subscribe, [{ mid: "2", track_id: "trk_1" }, { mid: "3", track_id: "trk_2" }]);
  assert.deepEqual(h.negotiated, [[1000, 1]]);
  assert.deepEqual(h.tracks, ["trk_1", "trk_2"]);
  assert.deepEqual(h.connection().transceivers.map((one) => one.codecs), [["video/VP8", "video/rtx"], ["audio/opus"], ["audio/opus"], ["video/VP8", "video/rtx"]]);
  assert.equal(h.connection().transceivers[0].sender.parameters.encodings[0].maxBitrate, 750_000);
  assert.deepEqual(h.states, ["connecting", "connected"]);
});

test("where a camera is read its frame rate comes before its size; a screen's and a voice stay as they are", async () => {
  const h = harness();
  h.mode = "sign";
  const camera = new FakeTrack("video");
  const screen = Object.assign(new FakeTrack("video"), { contentHint: "detail" });
  h.peer.publish("camera", camera, 750_000);
  h.peer.publish("screen", screen, 900_000);
  await connected(h);
  const preferred = () => h.connection().transceivers.map((one) => one.sender.parameters.degradationPreference);
  assert.deepEqual(preferred(), ["maintain-framerate", undefined, undefined]);
  assert.deepEqual([camera.contentHint, screen.contentHint], ["motion", "detail"]);
  const other = new FakeTrack("video");
  h.peer.publish("camera", other, 750_000);
  await h.clock.advance(0);
  assert.equal(other.contentHint, "motion");
});

test("elsewhere the browser decides what becomes of a camera", async () => {
  const h = harness();
  const camera = new FakeTrack("video");
  h.peer.publish("camera", camera, 750_000);
  await connected(h);
  assert.equal(h.connection().transceivers[0].sender.parameters.degradationPreference, undefined);
  assert.equal(camera.contentHint, undefined);
});

test("a room's codec that the browser lacks ends the pictures, keeps the sound and is not asked for again", async () => {
  const h = harness();
  const heard = [];
  h.peer.on("lacksVideo", (lacks) => heard.push(lacks));
  h.peer.videoCodec = "av1";
  h.lacksVideo = true;
  h.peer.publish("camera", new FakeTrack("video"));
  h.peer.subscribe([{ id: "trk_1", kind: "audio" }, { id: "trk_2", kind: "video" }]);
  await connected(h);
  assert.deepEqual([heard, h.tracks], [[true], ["trk_1"]]);
  const lines = h.connection().transceivers.length;
  h.peer.subscribe([{ id: "trk_1", kind: "audio" }, { id: "trk_2", kind: "video" }, { id: "trk_3", kind: "video" }, { id: "trk_4", kind: "audio" }]);
  await flow(h, 5_000);
  assert.deepEqual([h.offers.length, h.connection().transceivers.length, h.connections.length], [2, lines + 1, 1]);
  assert.deepEqual(h.offers[1].publish.map((one) => one.source), ["microphone"]);
});

test("lines are pruned to the room's video codec", async () => {
  const h = harness();
  CODECS.video.push("video/VP9");
  h.peer.videoCodec = "vp9";
  h.peer.publish("camera", new FakeTrack("video"));
  await connected(h);
  CODECS.video.pop();
  assert.deepEqual(h.connection().transceivers[0].codecs, ["video/rtx", "video/VP9"]);
});

test("of H.264 only what rooms speak is offered, and all of a browser that has something else", async () => {
  const h264 = (/** @type {string} */ sdpFmtpLine) => ({ mimeType: "video/H264", sdpFmtpLine });
  const ours = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
  const others = ["packetization-mode=0;profile-level-id=42e01f", "packetization-mode=1;profile-level-id=42001f", "packetization-mode=1;profile-level-id=640c1f"].map(h264);
  const offered = (/** @type {object[]} */ codecs) => {
    const line = { chosen: null, setCodecPreferences(wanted) { this.chosen = wanted; } };
    pruneCodecs(line, "video", () => ({ codecs, headerExtensions: [] }), "h264");
    return line.chosen;
  };
  const rtx = { mimeType: "video/rtx" };
  assert.deepEqual(offered([{ mimeType: "video/VP8" }, ...others, h264(ours), rtx]), [h264(ours), rtx]);
  assert.equal(offered([{ mimeType: "video/VP8" }, ...others, rtx]), null);
  const knows = (/** @type {string[]} */ ...names) => () => ({ codecs: names.map((mimeType) => ({ mimeType })), headerExtensions: [] });
  assert.deepEqual(["vp8", "h264"].map((codec) => encodesSizes(knows("audio/opus"), codec)), [true, false]);
  assert.deepEqual(["vp8", "h264"].map((codec) => encodesSizes(knows("audio/opus", "audio/red"), codec)), [true, true]);
});

test("changes within 100 ms are one offer, and there is one in flight", async () => {
  const h = harness();
  await connected(h);
  h.peer.subscribe([{ id: "a", kind: "audio" }]);
  await h.clock.advance(50);
  h.peer.subscribe([{ id: "a", kind: "audio" }, { id: "b", kind: "video" }]);
  let answer;
  h.hold = new Promise((done) => { answer = done; });
  await h.clock.advance(60);
  assert.equal(h.offers.length, 2);
  h.peer.subscribe([{ id: "b", kind: "video" }]);
  await h.clock.advance(400);
  assert.equal(h.offers.length, 2);
  h.hold = null;
  answer();
  await h.clock.advance(100);
  assert.equal(h.offers.length, 3);
  assert.deepEqual(h.tracks, ["b"]);
});

test("after a quiet second a change is offered at once, what follows it together", async () => {
  const h = harness();
  await connected(h);
  await h.clock.advance(2_000);
  h.peer.subscribe([{ id: "a", kind: "audio" }]);
  await h.clock.advance(10);
  assert.deepEqual(h.tracks, ["a"]);
  h.peer.subscribe([{ id: "a", kind: "audio" }, { id: "b", kind: "audio" }]);
  await h.clock.advance(50);
  h.peer.subscribe([{ id: "a", kind: "audio" }, { id: "b", kind: "audio" }, { id: "c", kind: "audio" }]);
  assert.equal(h.offers.length, 2);
  await h.clock.advance(60);
  assert.deepEqual([h.tracks, h.offers.length], [["a", "b", "c"], 3]);
});

test("what is wished for while an offer is written waits for the next one", async () => {
  const h = harness();
  await connected(h);
  let write;
  const { setLocalDescription } = h.connection();
  h.connection().setLocalDescription = async function () {
    await new Promise((done) => { write = done; });
    return setLocalDescription.call(this);
  };
  h.peer.subscribe([{ id: "a", kind: "video" }]);
  await h.clock.advance(100);
  h.peer.subscribe([{ id: "b", kind: "video" }]);
  write();
  await h.clock.advance(0);
  assert.deepEqual(h.offers.at(-1).subscribe.map((one) => one.track_id), ["a"]);
  await h.clock.advance(100);
  write();
  await h.clock.advance(0);
  assert.deepEqual(h.offers.at(-1).subscribe.map((one) => one.track_id), ["b"]);
});

test("idle lines are recycled by kind", async () => {
  const h = harness();
  await connected(h);
  for (const id of ["a", "b", "c"]) {
    h.peer.subscribe([{ id, kind: "video" }]);
    await h.clock.advance(200);
  }
  assert.equal(h.connection().transceivers.length, 2);
  h.peer.subscribe([]);
  await h.clock.advance(200);
  assert.equal(h.connection().transceivers[1].direction, "inactive");
  assert.deepEqual(h.offers.at(-1).subscribe, []);
});

test("another track, or none, on a line needs no offer; a rate neither", async () => {
  const h = harness();
  await connected(h);
  const track = new FakeTrack("audio");
  h.peer.publish("microphone", track, 32_000);
  await h.clock.advance(200);
  assert.equal(h.connection().transceivers[0].sender.track, track);
  assert.equal(h.connection().transceivers[0].sender.parameters.encodings[0].maxBitrate, 32_000);
  h.peer.publish("microphone", null);
  await h.clock.advance(200);
  assert.equal(h.connection().transceivers[0].sender.track, null);
  assert.equal(h.offers.length, 1);
});

test("a screen comes and goes on the same line", async () => {
  const h = harness();
  await connected(h);
  for (let round = 0; round < 2; round += 1) {
    h.peer.publish("screen", new FakeTrack("video"));
    await h.clock.advance(200);
    assert.deepEqual(h.offers.at(-1).publish.at(-1), { mid: "1", source: "screen" });
    h.peer.unpublish("screen");
    await h.clock.advance(200);
    assert.equal(h.offers.at(-1).publish.length, 1);
  }
  assert.equal(h.connection().transceivers.length, 2);
});

test("tracks the server does not know yet are asked for again", async () => {
  const h = harness();
  h.refusing.add("late");
  h.peer.subscribe([{ id: "late", kind: "audio" }]);
  await connected(h);
  assert.deepEqual(h.tracks, []);
  h.refusing.clear();
  await h.clock.advance(1_100);
  assert.deepEqual(h.tracks, ["late"]);
  assert.equal(h.connection().transceivers.length, 2);
});

test("prepared while one waits: nothing is offered; started, the written offer names the tracks known by then", async () => {
  const h = harness();
  h.peer.publish("microphone", new FakeTrack("audio"));
  h.peer.prepare();
  await h.clock.advance(60_000);
  assert.deepEqual([h.offers.length, h.peer.attempts, h.connection().written], [0, 0, 1]);
  h.peer.subscribe([{ id: "a", kind: "audio" }, { id: "v", kind: "video" }]);
  h.peer.start();
  await h.clock.advance(0);
  assert.equal(h.connection().written, 1);
  assert.deepEqual(h.offers.map((one) => one.subscribe), [[{ mid: "0", track_id: "a" }, { mid: "1", track_id: "v" }]]);
  assert.deepEqual(h.offers[0].publish, [{ mid: "2", source: "microphone" }]);
  assert.deepEqual([h.offers[0].attempt, h.offers[0].offer, h.connections.length], [1000, 1, 1]);
  h.connection().become("connected");
  assert.equal(h.peer.state, "connected");
  assert.equal(h.offers.length, 1);
});

test("spare lines nobody took fall idle, and are the first to be taken later", async () => {
  const h = harness();
  h.peer.prepare();
  await connected(h);
  assert.deepEqual(h.offers.at(-1).subscribe, []);
  assert.deepEqual(h.connection().transceivers.map((one) => one.direction), ["inactive", "inactive", "sendonly"]);
  h.peer.subscribe([{ id: "v", kind: "video" }]);
  await h.clock.advance(200);
  assert.deepEqual(h.offers.at(-1).subscribe, [{ mid: "1", track_id: "v" }]);
  assert.deepEqual([h.tracks, h.offers.length], [["v"], 2]);
});

test("more tracks than spare lines are still one offer", async () => {
  const h = harness();
  h.peer.prepare();
  await h.clock.advance(0);
  h.peer.subscribe([{ id: "a", kind: "video" }, { id: "b", kind: "video" }]);
  await connected(h);
  assert.deepEqual(h.offers.map((one) => one.subscribe.map((line) => line.track_id)), [["a", "b"]]);
});

test("prepared, another device needs no other offer, a further one does, another network a fresh connection", async () => {
  const h = harness();
  h.peer.publish("camera", new FakeTrack("video"), 500_000);
  h.peer.prepare();
  await h.clock.advance(0);
  const other = new FakeTrack("video");
  h.peer.publish("camera", other, 500_000);
  await h.clock.advance(0);
  assert.deepEqual([h.connection().written, h.connection().transceivers[2].sender.track], [1, other]);
  h.peer.publish("microphone", new FakeTrack("audio"));
  await h.clock.advance(0);
  assert.deepEqual([h.connection().written, h.connections.length], [2, 1]);
  h.peer.networkChanged();
  await h.clock.advance(0);
  assert.deepEqual([h.connections.length, h.connections[0].closed, h.connections[1].written], [2, true, 1]);
  await h.clock.advance(11 * 60_000);
  assert.deepEqual([h.connections.length, h.connections[1].closed, h.offers.length], [3, true, 0]);
});

test("what lay too long in a frozen page is not used", async () => {
  const h = harness();
  h.peer.prepare();
  await h.clock.advance(0);
  h.utc += 3_600_000;
  await connected(h);
  assert.deepEqual([h.connections.length, h.connections[0].closed, h.offers.length], [2, true, 1]);
});

test("let in while the offer is still being written, it is waited for", async () => {
  const h = harness();
  h.peer.publish("microphone", new FakeTrack("audio"));
  h.peer.prepare();
  h.peer.start();
  h.peer.subscribe([{ id: "v", kind: "video" }]);
  await h.clock.advance(0);
  assert.deepEqual(h.offers.map((one) => [one.publish.length, one.subscribe.length]), [[1, 1]]);
  assert.equal(h.connections.length, 1);
});

test("close drops what was prepared", async () => {
  const h = harness();
  h.peer.prepare();
  h.peer.close();
  await h.clock.advance(60_000);
  assert.deepEqual([h.connection().closed, h.clock.pending], [true, 0]);
});

test("1.5 s without arrival restarts ICE, and arrival ends the interruption", async () => {
  const h = harness();
  await connected(h);
  h.peer.expecting = true;
  await flow(h, 3_000);
  await h.clock.advance(1_500);
  assert.equal(h.peer.state, "interrupted");
  assert.equal(h.connection().restarts, 1);
  await flow(h, 2_000);
  assert.equal(h.peer.state, "connected");
  assert.equal(h.connections.length, 1);
});

test("silence that nobody should break is no fault", async () => {
  const h = harness();
  await connected(h);
  await flow(h, 3_000);
  await h.clock.advance(60_000);
  h.peer.expecting = true;
  await h.clock.advance(60_000);
  assert.equal(h.connection().restarts, 0);
});

test("a restart that brings nothing within 5 s is followed by a new attempt with all lines", async () => {
  const h = harness();
  h.peer.subscribe([{ id: "a", kind: "audio" }]);
  await connected(h);
  h.connection().become("disconnected");
  await h.clock.advance(5_000);
  assert.equal(h.connections.length, 2);
  assert.equal(h.connections[0].closed, true);
  const offer = h.offers.at(-1);
  assert.deepEqual([offer.attempt, offer.offer], [1001, 1]);
  assert.equal(offer.publish.length + offer.subscribe.length, 2);
});

test("a check that went lost restarts nothing while media arrives; a path that stays in doubt is left", async () => {
  const h = harness();
  await connected(h);
  h.peer.expecting = true;
  h.connection().become("disconnected");
  await flow(h, 5_000);
  h.connection().become("connected");
  await flow(h, 10_000);
  assert.deepEqual([h.connection().restarts, h.peer.state], [0, "connected"]);
  h.connection().become("disconnected");
  await flow(h, 7_000);
  assert.equal(h.connection().restarts, 1, "what we send may be lost although we are reached");
});

test("while the server cannot be reached the old connection stays; media that flows ends the alarm", async () => {
  const h = harness();
  await connected(h);
  h.peer.expecting = true;
  h.fail = new NetworkError("unreachable");
  h.peer.networkChanged();
  await h.clock.advance(12_000);
  assert.equal(h.peer.state, "interrupted");
  assert.equal(h.connections.length, 1);
  await flow(h, 2_500);
  assert.equal(h.peer.state, "connected");
});

test("a lost offer is made again, restart included", async () => {
  const h = harness();
  await connected(h);
  h.fail = new NetworkError("timeout");
  h.peer.networkChanged();
  await h.clock.advance(100);
  h.fail = null;
  await h.clock.advance(1_000);
  assert.equal(h.connection().restarts, 2);
  assert.equal(h.offers.length, 3);
});

test("media_reset means a new attempt now", async () => {
  const h = harness();
  await connected(h);
  h.peer.reset();
  await h.clock.advance(0);
  assert.equal(h.offers.at(-1).attempt, 1001);
  assert.equal(h.peer.state, "connecting");
});

test("waits as long as the server asks when media are unavailable", async () => {
  const h = harness();
  h.fail = new ApiError(503, "media_unavailable", "", { retryAfter: 3 });
  await connected(h);
  await h.clock.advance(2_900);
  assert.equal(h.offers.length, 1);
  await h.clock.advance(500);
  assert.equal(h.offers.length, 2);
});

test("says why the server puts it off, and that it no longer does", async () => {
  const h = harness();
  /** @type {string[]} */
  const told = [];
  h.peer.on("putOff", ({ code }) => told.push(code));
  h.fail = new ApiError(503, "server_full", "", { retryAfter: 10 });
  await connected(h);
  assert.deepEqual(told, ["server_full"]);
  h.fail = null;
  await h.clock.advance(12_500);
  assert.deepEqual(told, ["server_full", ""]);
});

test("a stale attempt is followed by a newer one; a removed seat ends it", async () => {
  const h = harness();
  await connected(h);
  h.fail = new ApiError(409, "stale_attempt", "");
  h.peer.networkChanged();
  await h.clock.advance(0);
  h.fail = null;
  await h.clock.advance(500);
  assert.ok(h.offers.at(-1).attempt > 1000 + 30_000);
  h.fail = new ApiError(410, "removed", "");
  const codes = [];
  h.peer.on("refused", ({ code }) => codes.push(code));
  h.peer.networkChanged();
  await h.clock.advance(100);
  assert.deepEqual(codes, ["removed"]);
  assert.equal(h.peer.state, "idle");
});

test("after a refusal that names the next attempt it counts from there, whatever the clock says", async () => {
  const h = harness();
  h.fail = new ApiError(409, "attempt_ahead", "", { nextAttempt: 77 });
  await connected(h);
  h.fail = null;
  await h.clock.advance(1_000);
  assert.equal(h.offers.at(-1).attempt, 77);
  h.fail = new ApiError(409, "stale_attempt", "", { nextAttempt: 500 });
  h.peer.networkChanged();
  await h.clock.advance(0);
  h.fail = null;
  await h.clock.advance(2_000);
  assert.equal(h.offers.at(-1).attempt, 500);
});

test("close leaves no timer and closes the connection, also during an exchange", async () => {
  const h = harness();
  h.hold = new Promise(() => {});
  await connected(h);
  h.peer.close();
  await h.clock.advance(10_000);
  assert.equal(h.connection().closed, true);
  assert.equal(h.clock.pending, 0);
  assert.equal(h.offers.length, 1);
});
