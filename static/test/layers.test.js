import assert from "node:assert/strict";
import { test } from "node:test";
import { lacksSize } from "../core/camera_sizes.js";
import { adjust, cameraLayers, capturedLines, isStrong } from "../core/layers.js";
import { readSample } from "../core/stats.js";
import { ViewWish } from "../core/view_wish.js";
import { FakeClock } from "./fakes.js";

const MAX = 1_500_000;
/** @param {number} lines */
const names = (lines) => cameraLayers(lines, MAX).map((one) => one.rid);

test("as many sizes as the capture is worth, the smallest first", () => {
  assert.deepEqual([names(720), names(540), names(480), names(360), names(240), names(0)],
    [["q", "h", "f"], ["q", "h", "f"], ["h", "f"], ["h", "f"], [undefined], [undefined]]);
  const [q, h, f] = cameraLayers(720, MAX);
  assert.deepEqual([q?.scaleResolutionDownBy, h?.scaleResolutionDownBy, f?.scaleResolutionDownBy], [4, 2, 1]);
  assert.deepEqual([q?.maxBitrate, h?.maxBitrate, f?.maxBitrate], [163_228, 494_815, 1_687_500]);
  assert.equal(cameraLayers(720, 750_000).reduce((sum, one) => sum + (one.maxBitrate ?? 0), 0), 81_614 + 247_408 + 843_750);
  assert.deepEqual(cameraLayers(360, MAX).map((one) => one.maxBitrate), [163_228, 556_667], "few lines need little, whatever their name");
  assert.deepEqual(cameraLayers(1080, MAX).map((one) => one.maxBitrate), [312_278, 946_650, 1_687_500]);
});

test("several sizes are for devices with cores to spare and no wish to save data", () => {
  assert.equal(isStrong({ hardwareConcurrency: 8 }), true);
  assert.equal(isStrong({ hardwareConcurrency: 2 }), false);
  assert.equal(isStrong({ hardwareConcurrency: 8, connection: { saveData: true } }), false);
  assert.equal(isStrong({}), false);
});

test("a picture on end counts by its narrow side", () => {
  const track = /** @type {any} */ ({ getSettings: () => ({ width: 720, height: 1280 }) });
  assert.equal(capturedLines(track), 720);
  assert.equal(capturedLines(null), 0);
});

test("sizes nobody takes are switched off, and on again", () => {
  const encodings = cameraLayers(720, MAX);
  assert.equal(adjust(encodings, MAX, null, 720), false);
  assert.equal(adjust(encodings, MAX, { layers: ["q", "f"], maxBitrate: 0 }, 720), true);
  assert.deepEqual(encodings.map((one) => one.active), [undefined, false, undefined]);
  assert.equal(adjust(encodings, MAX, { layers: ["q", "f"], maxBitrate: 0 }, 720), false);
  assert.equal(adjust(encodings, MAX, { layers: ["q", "h", "f"], maxBitrate: 0 }, 720), true);
  assert.equal(encodings[1]?.active, true);
  assert.equal(adjust(encodings, 750_000, null, 720), true);
  assert.equal(encodings[2]?.maxBitrate, 843_750);
});

test("nothing of a picture is sent while it is paused, in however many sizes it comes", () => {
  for (const encodings of [cameraLayers(720, MAX), cameraLayers(240, MAX)]) {
    assert.equal(adjust(encodings, MAX, { layers: [], maxBitrate: 0, paused: true }, 720), true);
    assert.ok(encodings.every((one) => one.active === false));
    assert.equal(adjust(encodings, MAX, { layers: [], maxBitrate: 0, paused: false }, 720), true);
    assert.ok(encodings.every((one) => one.active === true));
  }
});

test("a picture in one size keeps to what every link takes", () => {
  const encodings = [{ maxBitrate: MAX }];
  assert.equal(adjust(encodings, MAX, { layers: [], maxBitrate: 300_000 }, 720), true);
  assert.equal(encodings[0]?.maxBitrate, 300_000);
  assert.equal(adjust(encodings, MAX, { layers: [], maxBitrate: 0 }, 720), true);
  assert.equal(encodings[0]?.maxBitrate, MAX);
});

test("a camera in several sizes is one line of the statistics", () => {
  const size = (/** @type {string} */ id, /** @type {number} */ height, /** @type {number} */ bytes) =>
    /** @type {[string, any]} */ ([id, { type: "outbound-rtp", id, mid: "1", kind: "video", frameWidth: height * 2, frameHeight: height, bytesSent: bytes }]);
  const { outbound } = readSample([size("a", 720, 1000), size("b", 180, 10), size("c", 360, 100)], 0);
  assert.equal(outbound.size, 1);
  assert.deepEqual([outbound.get("1")?.height, outbound.get("1")?.bytes], [720, 1110]);
});

/** What the server is told. */
function view() {
  const clock = new FakeClock();
  /** @type {any[]} */
  const told = [];
  const wish = new ViewWish({ clock, tell: (tiles) => { told.push(tiles); return Promise.resolve(); } });
  return { clock, told, wish };
}

test("the picture one pinned is named as the first", async () => {
  const { clock, told, wish } = view();
  wish.show(new Map([["trk_1", 500], ["trk_2", 90]]), "trk_2");
  await clock.advance(1_000);
  assert.deepEqual(told, [[{ track_id: "trk_1", height: 500 }, { track_id: "trk_2", height: 90, first: true }]]);
});

test("sizes are told once they have settled, and twice a second at most", async () => {
  const { clock, told, wish } = view();
  for (let height = 100; height < 120; height += 1) wish.show(new Map([["trk_1", height + 0.4]]));
  await clock.advance(100);
  assert.deepEqual(told, [[{ track_id: "trk_1", height: 119 }]]);
  wish.show(new Map([["trk_1", 500]]));
  await clock.advance(499);
  assert.equal(told.length, 1);
  await clock.advance(1);
  assert.deepEqual(told[1], [{ track_id: "trk_1", height: 500 }]);
  wish.show(new Map([["trk_1", 500]]));
  await clock.advance(5_000);
  assert.equal(told.length, 2, "what is known is not told again");
  wish.again();
  await clock.advance(5_000);
  assert.equal(told.length, 3);
});

test("a hidden page wants the smallest size of what it shows", async () => {
  const { clock, told, wish } = view();
  wish.show(new Map([["trk_1", 500], ["trk_2", 0]]));
  wish.hide(true);
  await clock.advance(1_000);
  assert.deepEqual(told.at(-1), [{ track_id: "trk_1", height: 1 }, { track_id: "trk_2", height: 0 }]);
  wish.hide(false);
  await clock.advance(1_000);
  assert.equal(told.at(-1)[0].height, 500);
  wish.stop();
});

test("what the server did not take is told again with the next change", async () => {
  const clock = new FakeClock();
  let calls = 0;
  const wish = new ViewWish({ clock, tell: () => { calls += 1; return calls === 1 ? Promise.reject(new Error("offline")) : Promise.resolve(); } });
  wish.show(new Map([["trk_1", 500]]));
  await clock.advance(100);
  await Promise.resolve();
  await Promise.resolve();
  wish.show(new Map([["trk_1", 500]]));
  await clock.advance(1_000);
  assert.equal(calls, 2);
});

test("a size that the browser leaves out for its link is noticed, and limits change a little so that it looks again", () => {
  /** @param {Array<object>} entries @returns {Array<[string, any]>} */
  const report = (...entries) => entries.map((entry, index) => [String(index), { type: "outbound-rtp", active: true, ...entry }]);
  assert.equal(lacksSize(report({ rid: "h", framesPerSecond: 20 }, { rid: "f" })), true);
  assert.equal(lacksSize(report({ rid: "h", framesPerSecond: 20 }, { rid: "f", framesPerSecond: 20 })), false);
  assert.equal(lacksSize(report({ rid: "h", framesPerSecond: 20 }, { rid: "f", active: false })), false, "nobody takes it");
  assert.equal(lacksSize(report({ rid: "h" }, { rid: "f" })), false, "nothing is captured");
  assert.equal(lacksSize(report({ rid: "h", framesPerSecond: 20 }, { rid: "f" }, { type: "remote-inbound-rtp", fractionLost: 0.1 })), false, "much is lost");
  assert.equal(lacksSize(report({ framesPerSecond: 20 }, { type: "inbound-rtp" })), false);
  const encodings = cameraLayers(360, MAX);
  assert.equal(adjust(encodings, MAX, null, 360, { nudged: true }), true);
  assert.deepEqual(encodings.map((one) => one.maxBitrate), [162_228, 555_667]);
  assert.equal(adjust(encodings, MAX, null, 360), true);
  assert.equal(adjust(encodings, MAX, null, 360, { rests: new Set(["f"]) }), true);
  assert.deepEqual(encodings.map((one) => one.active), [undefined, false]);
});

test("what a ceiling leaves goes to the smallest size first, and sizes it leaves nothing are off", () => {
  /** @returns {RTCRtpEncodingParameters[]} */
  const sizes = () => [{ rid: "h", scaleResolutionDownBy: 2, active: true }, { rid: "f", scaleResolutionDownBy: 1, active: true }];
  const [low, high] = [sizes(), sizes()];
  assert.equal(adjust(low, 1_500_000, null, 360, { ceiling: 60_000 }), true);
  assert.deepEqual(low.map(({ rid, active, maxBitrate }) => [rid, active, (maxBitrate ?? 0) > 60_000]), [["h", true, false], ["f", false, true]]);
  assert.equal(low[0]?.maxBitrate, 60_000);
  adjust(high, 1_500_000, null, 360);
  const of = high.map(({ maxBitrate }) => maxBitrate ?? 0);
  adjust(high, 1_500_000, null, 360, { ceiling: (of[0] ?? 0) + 50_000 });
  assert.deepEqual(high.map(({ active }) => active), [true, false], "it would be worse to look at than the smaller one");
  adjust(high, 1_500_000, null, 360, { ceiling: (of[0] ?? 0) + 400_000 });
  assert.deepEqual(high.map(({ active, maxBitrate }) => [active, maxBitrate]), [[true, of[0]], [true, 400_000]]);
  assert.equal(adjust(low, 1_500_000, null, 360), true);
  assert.deepEqual(low.map(({ active, maxBitrate }) => [active, maxBitrate]), of.map((most) => [true, most]), "and all is back");
});

test("a camera in one size and a screen obey the ceiling, sound has none", () => {
  const one = [{ maxBitrate: 1_500_000, active: true }];
  assert.equal(adjust(one, 1_500_000, null, 0, { ceiling: 50_000 }), true);
  assert.deepEqual(one, [{ maxBitrate: 50_000, active: true }]);
});
