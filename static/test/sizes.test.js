import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeTrack } from "./fakes.js";
import { connected, flow, harness } from "./peer_harness.js";

const NONE = { bit: 0, frames: 0 };
/** @param {{bit: number, frames: number}} h @param {{bit: number, frames: number}} f */
const sizes = (h, f) => [["h", h], ["f", f]].map(([rid, { bit, frames }]) => ({ type: "outbound-rtp", rid, active: true, targetBitrate: bit, framesPerSecond: frames }));

async function sending(height = 360) {
  const h = harness();
  h.peer.publish("camera", Object.assign(new FakeTrack("video"), { getSettings: () => ({ width: height * 16 / 9, height }) }), 1_500_000, true);
  await connected(h);
  const { sender } = h.connection().transceivers.find((one) => one.kind === "video");
  h.encodings = () => sender.parameters.encodings;
  h.connection().entries = sizes({ bit: 150_000, frames: 20 }, { bit: 550_000, frames: 20 });
  await flow(h, 1_000);
  return h;
}

test("a size that the browser ended for its link is off for three seconds, with all that was still held of it", async () => {
  const h = await sending();
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, true]);
  h.connection().entries = sizes({ bit: 136_000, frames: 12 }, NONE);
  await flow(h, 500);
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, false]);
  h.connection().entries = sizes({ bit: 136_000, frames: 12 }, { ...NONE, active: false }).slice(0, 1);
  await flow(h, 3_000);
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, true]);
  await flow(h, 10_000);
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, true], "what did not come again cannot end");
});

test("of three sizes only the one that ended is off: the next goes on", async () => {
  const h = await sending(720);
  const three = (/** @type {number[]} */ bits) => bits.map((bit, index) => ({ type: "outbound-rtp", rid: "qhf"[index], active: true, targetBitrate: bit, framesPerSecond: bit ? 20 : 0 }));
  h.connection().entries = three([160_000, 490_000, 1_600_000]);
  await flow(h, 500);
  h.connection().entries = three([160_000, 490_000, 0]);
  await flow(h, 500);
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, true, false]);
});

test("a size that nobody takes any more, and a camera that is off, end nothing by themselves", async () => {
  const h = await sending();
  h.peer.take("camera", { layers: ["h"], maxBitrate: 0 });
  h.connection().entries = sizes({ bit: 136_000, frames: 12 }, NONE);
  await flow(h, 500);
  h.peer.take("camera", { layers: ["h", "f"], maxBitrate: 0 });
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, true]);
  h.connection().entries = sizes(NONE, NONE);
  await flow(h, 500);
  assert.deepEqual(h.encodings().map((one) => one.active ?? true), [true, true]);
});

test("while a size is missing limits change at once, after 4 and then every 8 s", async () => {
  const h = await sending();
  h.connection().entries = sizes({ bit: 136_000, frames: 20 }, NONE).map((entry, index) => ({ ...entry, targetBitrate: index ? 1 : 136_000 }));
  const limits = [];
  for (let second = 0; second < 40; second += 1) {
    await flow(h, 1_000);
    limits.push(h.encodings()[0].maxBitrate);
  }
  const changed = limits.flatMap((limit, second) => (second && limit !== limits[second - 1] ? [second] : []));
  assert.deepEqual(changed, [4, 12, 20, 28, 36]);
});
