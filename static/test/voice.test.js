import assert from "node:assert/strict";
import { test } from "node:test";
import { AS_USUAL, askForAudioAgain, askForSending } from "../core/codecs.js";
import { FakeTrack } from "./fakes.js";
import { connected, harness } from "./peer_harness.js";

test("lost sound is asked for where the engine can, and nothing else is said", () => {
  const sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
  const knows = (...names) => () => ({ codecs: names.map((mimeType) => ({ mimeType, clockRate: 48000 })), headerExtensions: [] });
  assert.equal(askForAudioAgain(sdp, knows("audio/opus")), sdp);
  assert.equal(askForAudioAgain(sdp, () => null), sdp);
  const asking = askForAudioAgain(sdp, knows("audio/opus", "audio/red"));
  assert.equal(asking, sdp.replace("a=rtpmap:111 opus/48000/2\r\n", "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\n"));
});

test("a voice for a very slow link: less of it, in long frames, and back again, of which the server hears nothing", async () => {
  const h = harness();
  const told = [];
  h.peer.publish("microphone", new FakeTrack("audio"), 32_000);
  h.peer.start();
  await h.clock.advance(0);
  h.connection().become("connected");
  const { sender } = h.connection().transceivers[0];
  const apply = h.connection().setRemoteDescription;
  h.connection().setRemoteDescription = function (answer) { told.push(answer.sdp); return apply.call(this, { ...answer, sdp: "" }); };
  const line = (mid) => `m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\na=mid:${mid}\r\na=rtpmap:63 red/48000/2\r\n`;
  const sdp = `v=0\r\n${line(0)}a=recvonly\r\n${line(1)}`;
  h.answer = sdp;
  h.peer.subscribe([{ id: "trk_1", kind: "audio" }]);
  await h.clock.advance(200);
  told.length = 0;
  const take = async (maxBitrate, redundant = false) => {
    h.peer.take("microphone", { layers: [], maxBitrate, redundant });
    await h.clock.advance(200);
    return [h.offers.length, sender.parameters.encodings[0].maxBitrate];
  };
  assert.deepEqual(await take(16_000), [2, 16_000]);
  assert.deepEqual(await take(16_000), [2, 16_000], "said again: nothing new");
  assert.deepEqual(await take(0), [2, 32_000]);
  const voice = (long, redundant) => askForSending(sdp, new Map([["0", "microphone"]]), { ...AS_USUAL, long, redundant });
  assert.equal(voice(true, false), sdp.replace("a=recvonly\r\n", "a=recvonly\r\na=ptime:60\r\na=maxptime:60\r\n"));
  assert.deepEqual(told.map((one) => one.includes("a=ptime:60")), [true, false]);
  assert.deepEqual(await take(0, true), [2, 32_000], "much is lost: from this answer on each packet repeats the frame before");
  assert.deepEqual(await take(0, true), [2, 32_000]);
  assert.deepEqual(await take(0), [2, 32_000]);
  assert.equal(voice(false, true), sdp.replace("SAVPF 111 63", "SAVPF 63 111"), "of the sending line alone");
  assert.equal(voice(false, false), sdp);
  assert.deepEqual(told.map((one) => one.includes("SAVPF 63 111")), [false, false, true, false]);
  const without = sdp.replaceAll(" 63", "").replaceAll("red/", "other/");
  assert.equal(askForSending(without, new Map([["0", "microphone"]]), { ...AS_USUAL, redundant: true }), without);
});

test("of a picture that is not taken nothing is sent, no padding either, until it is taken again or another comes", async () => {
  const h = harness();
  const told = [];
  h.answer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=recvonly\r\n";
  h.peer.publish("microphone", new FakeTrack("audio"), 32_000);
  h.peer.publish("camera", new FakeTrack("video"), 1_000_000);
  h.peer.start();
  const apply = h.connection().setRemoteDescription;
  h.connection().setRemoteDescription = function (answer) { told.push([...answer.sdp.matchAll(/a=(recvonly|inactive)/g)].map((one) => one[1]).join()); return apply.call(this, { ...answer, sdp: "" }); };
  await h.clock.advance(200);
  h.connection().become("connected");
  const take = async (paused) => {
    h.peer.take("camera", { layers: [], maxBitrate: 0, paused });
    await h.clock.advance(200);
  };
  await take(true);
  await take(true);
  await take(false);
  assert.deepEqual(told, ["recvonly,recvonly", "recvonly,inactive", "recvonly,recvonly"]);
  assert.equal(h.offers.length, 1, "the server hears nothing of it");
  await take(true);
  h.peer.unpublish("camera");
  h.peer.publish("camera", new FakeTrack("video"), 1_000_000);
  await h.clock.advance(200);
  assert.equal(told.at(-1), "recvonly,recvonly", "what was said of one picture does not hold for the next");
});

test("a browser that will not have it is asked no more, and goes on with the voice it has", async () => {
  const h = harness();
  h.answer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";
  h.peer.publish("microphone", new FakeTrack("audio"), 32_000);
  h.peer.start();
  const apply = h.connection().setRemoteDescription;
  let refused = 0;
  h.connection().setRemoteDescription = function (answer) {
    if (!answer.sdp.includes("ptime")) return apply.call(this, { ...answer, sdp: "" });
    refused += 1;
    return Promise.reject(new DOMException("no"));
  };
  await h.clock.advance(0);
  h.connection().become("connected");
  for (let again = 0; again < 3; again += 1) {
    h.peer.take("microphone", { layers: [], maxBitrate: 16_000 });
    await h.clock.advance(1_000);
  }
  assert.equal(refused, 1);
  assert.equal(h.connections.length, 1, "no new attempt");
  assert.equal(h.connection().transceivers[0].sender.parameters.encodings[0].maxBitrate, 16_000, "less of it all the same");
});

test("what was said of a screen is forgotten with it", async () => {
  const h = harness();
  await connected(h);
  h.peer.publish("screen", new FakeTrack("video"), 1_500_000);
  await h.clock.advance(200);
  const sends = () => h.connection().transceivers.filter((one) => one.kind === "video" && one.sender.track).at(-1)?.sender.parameters.encodings[0].active;
  h.peer.take("screen", { layers: [], maxBitrate: 0, paused: true });
  await h.clock.advance(200);
  assert.equal(sends(), false);
  h.peer.unpublish("screen");
  await h.clock.advance(200);
  h.peer.publish("screen", new FakeTrack("video"), 1_500_000);
  await h.clock.advance(200);
  assert.notEqual(sends(), false);
});
