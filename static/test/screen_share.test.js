import assert from "node:assert/strict";
import { test } from "node:test";
import { CallMedia } from "../core/call_media.js";
import { Devices } from "../core/devices.js";
import { Peer } from "../core/peer.js";
import { FakeConnection } from "./fake_connection.js";
import { FakeClock, FakeMediaDevices, FakeTrack, settle } from "./fakes.js";

const CODECS = { audio: ["audio/opus"], video: ["video/VP8", "video/rtx"] };
const SCREEN_BITRATE = 1_500_000;

/** A call on a device of eight cores whose browser shares what it is given: `shares` null is a person who thought better of it. */
async function call({ sound = false, shares = true } = {}) {
  const clock = new FakeClock();
  const media = new FakeMediaDevices();
  const screen = { asked: [], tracks: [new FakeTrack("video"), ...(sound ? [new FakeTrack("audio")] : [])] };
  screen.tracks[0].getSettings = () => ({ width: 1920, height: 1080 }); // lines enough for three sizes
  media.getDisplayMedia = async (constraints) => {
    screen.asked.push(constraints);
    if (!shares) throw Object.assign(new Error(), { name: "NotAllowedError" });
    const of = (kind) => screen.tracks.filter((track) => track.kind === kind);
    return { getTracks: () => screen.tracks, getVideoTracks: () => of("video"), getAudioTracks: () => of("audio") };
  };
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: media, hardwareConcurrency: 8 }, configurable: true });
  const offers = [];
  const connection = new FakeConnection();
  const peer = new Peer({
    clock,
    random: () => 0.5,
    utcNow: () => 1000,
    capabilities: (kind) => ({ codecs: CODECS[kind].map((mimeType) => ({ mimeType })) }),
    createConnection: () => connection,
    postOffer: async (offer) => {
      offers.push(offer);
      return { attempt: offer.attempt, offer: offer.offer, sdp: "", publish: [], refused: [] };
    },
    negotiated: () => {},
  });
  const mine = new CallMedia({ devices: new Devices({ media, clock }), peer });
  const told = [];
  mine.onState = (state) => told.push(state.screen);
  mine.limitVideo({ max_video_bitrate: 600_000, layers: true });
  peer.start();
  await clock.advance(0);
  connection.become("connected");
  /** The encodings of the line that carries a source. */
  const encodings = (source) => {
    const mid = offers.at(-1).publish.find((one) => one.source === source)?.mid;
    return connection.transceivers.find((line) => line.mid === mid)?.sender.parameters.encodings;
  };
  return { clock, screen, mine, offers, told, encodings, published: () => offers.at(-1).publish.map((one) => one.source) };
}

/** Shares, and lets the offer go out. */
async function shared(here) {
  assert.equal(await here.mine.toggleScreen(), true);
  await here.clock.advance(1_000);
}

test("a screen is sharp letters at fifteen pictures a second, in one size, with a limit of its own", async () => {
  const here = await call();
  await here.mine.toggleCamera();
  await shared(here);
  assert.deepEqual(here.screen.asked, [{ video: { frameRate: { max: 15 } }, audio: true }]);
  assert.equal(here.screen.tracks[0].contentHint, "detail");
  assert.equal(here.mine.screenTrack.value, here.screen.tracks[0]);
  assert.deepEqual(here.published().filter((source) => source !== "microphone"), ["camera", "screen"]);
  assert.deepEqual(here.encodings("screen"), [{ maxBitrate: SCREEN_BITRATE }]);
  assert.equal(here.told.at(-1), true);
});

test("what the camera may take is not the screen's limit, nor is it let in several sizes", async () => {
  const here = await call();
  await here.mine.toggleCamera();
  await shared(here);
  here.mine.limitVideo({ max_video_bitrate: 200_000, layers: true });
  here.mine.take("camera", { layers: [], maxBitrate: 100_000 });
  await here.clock.advance(1_000);
  assert.deepEqual(here.encodings("screen"), [{ maxBitrate: SCREEN_BITRATE }]);
  here.mine.take("screen", { layers: [], maxBitrate: 400_000 });
  await settle();
  assert.deepEqual(here.encodings("screen"), [{ maxBitrate: 400_000 }], "what no link takes whole is not sent");
  here.mine.take("screen", { layers: [], maxBitrate: 0 });
  await settle();
  assert.deepEqual(here.encodings("screen"), [{ maxBitrate: SCREEN_BITRATE }]);
});

test("what the shared window plays is sent beside, on its own line", async () => {
  const here = await call({ sound: true });
  await shared(here);
  assert.deepEqual(here.published().filter((source) => source.startsWith("screen")), ["screen", "screen_audio"]);
});

for (const [how, end] of [
  ["by our button", (here) => here.mine.toggleScreen()],
  ["by the browser's own bar", (here) => here.screen.tracks[0].end()],
]) {
  test(`sharing ended ${how} ends every track of it, and is told once`, async () => {
    const here = await call({ sound: true });
    await shared(here);
    const before = here.told.length;
    await end(here);
    await here.clock.advance(1_000);
    assert.deepEqual(here.screen.tracks.map((track) => track.readyState), ["ended", "ended"]);
    assert.equal(here.mine.screenTrack.value, null);
    assert.deepEqual(here.told.slice(before), [false]);
    assert.deepEqual(here.published().filter((source) => source.startsWith("screen")), []);
  });
}

test("who thinks better of it shares nothing", async () => {
  const here = await call({ shares: false });
  assert.equal(await here.mine.toggleScreen(), false);
  await here.clock.advance(1_000);
  assert.equal(here.mine.screenTrack.value, null);
  assert.ok(!here.told.includes(true));
});
