import assert from "node:assert/strict";
import { test } from "node:test";
import { Playout, spareTime } from "../core/playout.js";

/** @param {number} up @param {number} down @param {number} rtt */
const quality = (up, down, rtt) => ({ participant_id: "x", bars: 3, up_loss: up, down_loss: down, rtt_ms: rtt });
const receiver = () => /** @type {RTCRtpReceiver & {jitterBufferTarget: number | null}} */ (/** @type {unknown} */ ({ jitterBufferTarget: null }));

test("time for two tries on each leg that loses, for three on one that loses much", () => {
  assert.equal(spareTime(null, null), 0);
  assert.equal(spareTime(quality(0, 0.009, 60), null), 0);
  assert.equal(spareTime(quality(0, 0.03, 60), null), 200);
  assert.equal(spareTime(quality(0, 0, 60), quality(0.01, 0, 20)), 100);
  assert.equal(spareTime(quality(0.1, 0.001, 60), quality(0.001, 0.1, 60)), 0, "what I send and they receive is no matter here");
  assert.equal(spareTime(quality(0, 0.1, 20), quality(0, 0, 60)), 150);
  assert.equal(spareTime(quality(0, 0, 60), quality(0.1, 0, 20)), 150);
  assert.equal(spareTime(quality(0, 0.1, 20), quality(0.1, 0, 20)), 300);
  assert.equal(spareTime(quality(0, 0.3, 700), null), 300, "a conversation bears no more");
});

test("more at once, less when the loss has been over for a while", () => {
  const [playout, one] = [new Playout(), receiver()];
  playout.keep(one, 0, 0);
  assert.equal(one.jitterBufferTarget, null);
  playout.keep(one, 250, 2_000);
  assert.equal(one.jitterBufferTarget, 250);
  playout.keep(one, 0, 16_000);
  assert.equal(one.jitterBufferTarget, 250);
  playout.keep(one, 250, 16_500);
  playout.keep(one, 0, 18_000);
  playout.keep(one, 0, 31_000);
  assert.equal(one.jitterBufferTarget, 250);
  playout.keep(one, 0, 31_500);
  assert.equal(one.jitterBufferTarget, null);
});

test("a browser without it is left alone", () => {
  const one = /** @type {RTCRtpReceiver} */ (/** @type {unknown} */ ({}));
  new Playout().keep(one, 250, 0);
  assert.deepEqual(Object.keys(one), []);
});

test("everything one person sends, and nobody else's", () => {
  const receivers = new Map(["a", "b", "c"].map((id) => [id, { receiver: receiver() }]));
  const others = /** @type {import("../core/messages.js").Participant[]} */ (/** @type {unknown} */ ([
    { id: "lossy", tracks: [{ id: "a", kind: "audio" }, { id: "b", kind: "video" }, { id: "gone", kind: "video" }] },
    { id: "fine", tracks: [{ id: "c", kind: "audio" }] },
  ]));
  const known = new Map([["me", quality(0, 0, 40)], ["lossy", quality(0.1, 0, 25)]]);
  new Playout().follow({ others, receivers, me: "me", quality: (id) => known.get(id) ?? null, now: 0 });
  assert.deepEqual([...receivers.values()].map((one) => one.receiver.jitterBufferTarget), [150, 150, null]);
});
