import assert from "node:assert/strict";
import { test } from "node:test";
import { SendQueue } from "../core/send_queue.js";

/** A browser whose pictures leave at `rate` bit/s, each packet after `wait` seconds. */
class Sender {
  packets = 0;
  waited = 0;
  bytes = 0;
  at = 0;
  queue = new SendQueue();

  /** One second. @param {number} wait @param {number} rate */
  second(wait, rate) {
    const packets = 20;
    this.packets += packets;
    this.waited += packets * wait;
    this.bytes += rate / 8;
    this.at += 1_000;
    return this.queue.look(this.report(), this.at);
  }

  /** @returns {[string, any][]} */
  report() {
    return [
      ["voice", { type: "outbound-rtp", kind: "audio", packetsSent: this.packets, totalPacketSendDelay: 9 * this.packets, bytesSent: 0 }],
      ["picture", { type: "outbound-rtp", kind: "video", packetsSent: this.packets, totalPacketSendDelay: this.waited, bytesSent: this.bytes, headerBytesSent: 0 }],
    ];
  }
}

test("while nothing waits there is no ceiling", () => {
  const sender = new Sender();
  for (let second = 0; second < 5; second += 1) assert.equal(sender.second(0.03, 500_000), false);
  assert.equal(sender.queue.ceiling, 0);
});

test("pictures that wait get less than what leaves, those that wait long much less, never nothing", () => {
  const sender = new Sender();
  sender.second(0.02, 80_000);
  sender.second(0.3, 80_000);
  assert.equal(sender.queue.ceiling, 60_000);
  sender.second(1.9, 84_000);
  assert.equal(sender.queue.ceiling, 42_000);
  sender.second(1.9, 20_000);
  assert.equal(sender.queue.ceiling, 30_000);
});

test("bit by bit more when nothing waits, slowly near what was too much, and no ceiling where it limits nothing", () => {
  const sender = new Sender();
  sender.second(0.02, 80_000);
  sender.second(0.3, 80_000);
  sender.second(0.15, 60_000);
  assert.equal(sender.queue.ceiling, 60_000, "kept while the rest leaves");
  sender.second(0.02, 60_000);
  assert.equal(sender.queue.ceiling, 64_800);
  sender.second(0.02, 60_000);
  assert.equal(sender.queue.ceiling, 69_984);
  sender.second(0.02, 60_000);
  assert.equal(sender.queue.ceiling, 71_384, "it was too much here");
  sender.second(0.02, 20_000);
  assert.equal(sender.queue.ceiling, 0);
});

test("looks each second, forgets with the connection, and leaves browsers alone that do not tell", () => {
  const sender = new Sender();
  sender.second(0.02, 80_000);
  sender.second(1, 80_000);
  assert.equal(sender.queue.look(sender.report(), sender.at + 250), false);
  sender.queue.forget();
  assert.equal(sender.queue.ceiling, 0);
  assert.equal(sender.second(1, 80_000), false, "nothing to compare with");
  const silent = new SendQueue();
  for (const at of [0, 1_000, 2_000]) silent.look([["picture", { type: "outbound-rtp", kind: "video", packetsSent: at, bytesSent: at }]], at);
  assert.equal(silent.ceiling, 0);
});

test("a link is full for a minute after pictures waited, but not for a voice that loses much", () => {
  const sender = new Sender();
  sender.second(0.02, 80_000);
  assert.equal(sender.queue.isFull, false);
  assert.equal(sender.queue.waits, false);
  assert.equal(sender.second(0.3, 80_000), true);
  assert.equal(sender.queue.isFull, true);
  assert.equal(sender.queue.waits, false);
  sender.second(0.6, 80_000);
  assert.equal(sender.queue.waits, true);
  const report = sender.report();
  sender.report = () => [...report, ["voice at the server", { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0.2 }]];
  sender.at += 1_000;
  assert.equal(sender.queue.look(sender.report(), sender.at), true);
  assert.equal(sender.queue.isFull, false);
  for (let second = 0; second < 20; second += 1) sender.queue.look(report, (sender.at += 1_000));
  assert.equal(sender.queue.isFull, true, "the loss is over");
  assert.equal(sender.queue.waits, false, "nothing waited for a while");
  for (let second = 0; second < 40; second += 1) sender.queue.look(report, (sender.at += 1_000));
  assert.equal(sender.queue.isFull, false);
});

test("a camera that was off for a while begins without a ceiling", () => {
  const sender = new Sender();
  sender.second(0.02, 80_000);
  sender.second(0.9, 80_000);
  assert.equal(sender.queue.ceiling, 40_000);
  const report = sender.report();
  for (let second = 0; second < 10; second += 1) sender.queue.look(report, (sender.at += 1_000));
  assert.equal(sender.queue.ceiling, 40_000);
  sender.queue.look(report, (sender.at += 1_000));
  assert.equal(sender.queue.ceiling, 0);
});
