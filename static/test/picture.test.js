import assert from "node:assert/strict";
import { test } from "node:test";
import { bestGrid, cornerByKey, nearestCorner } from "../core/layout.js";
import { dropEntry, markEntry, shownMessages } from "../core/outbox.js";
import { receiveReport } from "../core/receive_report.js";
import { bars, compare, readSample, worst } from "../core/stats.js";

test("one tile fills, more make the grid with the largest tiles", () => {
  const wide = { width: 1440, height: 800 };
  assert.deepEqual(bestGrid(1, wide), { columns: 1, rows: 1, ...wide });
  const shape = (count, area) => { const { columns, rows } = bestGrid(count, area); return `${columns}x${rows}`; };
  assert.deepEqual([2, 3, 4, 6, 9].map((count) => shape(count, wide)), ["2x1", "2x2", "2x2", "3x2", "3x3"]);
  assert.deepEqual([2, 3, 4].map((count) => shape(count, { width: 390, height: 640 })), ["1x2", "2x2", "2x2"]);
  assert.deepEqual([5, 6, 7, 9].map((count) => shape(count, { width: 390, height: 700 })), ["2x3", "2x3", "2x4", "2x5"], "no slivers on a phone");
});

test("for every number and size all tiles fit", () => {
  for (const area of [{ width: 1440, height: 780 }, { width: 820, height: 1000 }, { width: 390, height: 640 }, { width: 320, height: 380 }]) {
    for (let count = 1; count <= 9; count += 1) {
      const grid = bestGrid(count, area, 8);
      assert.ok(grid.columns * grid.rows >= count);
      assert.ok(grid.columns * grid.width + 8 * (grid.columns - 1) <= area.width + 1, `${count} in ${area.width}`);
      assert.ok(grid.rows * grid.height + 8 * (grid.rows - 1) <= area.height + 1, `${count} in ${area.height}`);
    }
  }
});

test("the own picture rests in a corner, by hand or by arrow keys", () => {
  assert.equal(nearestCorner({ x: 10, y: 10 }, { width: 100, height: 100 }), "top-left");
  assert.equal(nearestCorner({ x: 90, y: 60 }, { width: 100, height: 100 }), "bottom-right");
  assert.equal(cornerByKey("bottom-right", "ArrowUp"), "top-right");
  assert.equal(cornerByKey("top-right", "ArrowLeft"), "top-left");
  assert.equal(cornerByKey("top-right", "a"), "top-right");
});

const me = { id: "par_me", name: "Dr. Amsel" };
const sent = { id: "msg_1", participant_id: "par_me", name: "Dr. Amsel", body: "hello", at: "2030", command_id: "c1" };

test("what one writes shows at once, and once", () => {
  let outbox = [{ commandId: "c1", body: "hello", at: "2030", status: "sending" }];
  assert.deepEqual(shownMessages([], outbox, me).map((one) => [one.body, one.status, one.mine]), [["hello", "sending", true]]);
  outbox = markEntry(outbox, "c1", "failed");
  assert.equal(shownMessages([], outbox, me)[0].status, "failed");
  assert.deepEqual(shownMessages([sent], outbox, me).map((one) => one.status), ["sent"]);
  assert.deepEqual(dropEntry(outbox, "c1"), []);
});

const audio = (packets, lost, concealed, samples) => ["a", { type: "inbound-rtp", mid: "0", kind: "audio", packetsReceived: packets, packetsLost: lost, bytesReceived: packets * 100, concealedSamples: concealed, totalSamplesReceived: samples }];

test("two samples give loss, rate and concealment", () => {
  const before = readSample([audio(100, 0, 0, 48_000)], 0);
  const now = readSample([
    audio(190, 10, 4_800, 96_000),
    ["t", { type: "transport", selectedCandidatePairId: "p" }],
    ["p", { type: "candidate-pair", id: "p", currentRoundTripTime: 0.05, localCandidateId: "l" }],
    ["q", { type: "candidate-pair", id: "q", currentRoundTripTime: 9, nominated: true, state: "succeeded" }],
    ["l", { type: "local-candidate", protocol: "udp", candidateType: "host", address: "192.0.2.1" }],
  ], 1000);
  const line = compare(before, now).get("0");
  assert.equal(line.loss, 0.1);
  assert.equal(line.bitrate, 72_000);
  assert.equal(line.concealed, 0.1);
  assert.equal(now.rttMs, 50);
  assert.equal(now.path, "udp host");
  assert.deepEqual(worst([line], 50), { loss: 0.1, concealed: 0.1, frozen: false, rttMs: 50 });
});

test("the path tells the protocol of the pair in use, of a relayed one that to the relay", () => {
  const path = (/** @type {object} */ local) => readSample([
    ["p", { type: "candidate-pair", id: "p", nominated: true, state: "succeeded", localCandidateId: "l" }],
    ["l", { type: "local-candidate", protocol: "udp", address: "192.0.2.1", ...local }],
  ], 0).path;
  assert.equal(path({ candidateType: "prflx", protocol: "tcp" }), "tcp prflx");
  assert.equal(path({ candidateType: "relay", relayProtocol: "tls" }), "tls relay");
  assert.equal(path({ candidateType: "relay" }), "udp relay");
});

test("a line that began anew gives no figures", () => {
  assert.equal(compare(readSample([audio(100, 0, 0, 0)], 0), readSample([audio(5, 0, 0, 0)], 500)).size, 0);
});

for (const [seen, expected] of [
  [{ loss: 0, rttMs: 40 }, 3],
  [{ loss: 0, rttMs: null }, 3],
  [{ loss: 0.05, rttMs: 40 }, 2],
  [{ loss: 0, rttMs: 500 }, 2],
  [{ loss: 0, rttMs: 40, frozen: true }, 2],
  [{ loss: 0.2, rttMs: 40 }, 1],
  [{ loss: 0, rttMs: 900 }, 1],
  [{ loss: 0.6, rttMs: 40 }, 0],
]) test(`${JSON.stringify(seen)} is ${expected} bars`, () => assert.equal(bars(seen), expected));

const video = (fields) => ["v", { type: "inbound-rtp", mid: "1", kind: "video", packetsReceived: 10, framesDecoded: 0, freezeCount: 1, frameHeight: 360, ...fields }];

test("a minute's report holds shares of that minute and no address", () => {
  const before = readSample([audio(100, 0, 1_000, 48_000), video({ totalFreezesDuration: 1 })], 0);
  const now = readSample([
    audio(200, 0, 1_480, 96_000),
    video({ packetsReceived: 90, framesDecoded: 50, freezeCount: 3, totalFreezesDuration: 7 }),
    ["p", { type: "candidate-pair", id: "p", nominated: true, state: "succeeded", currentRoundTripTime: 0.08, localCandidateId: "l" }],
    ["l", { type: "local-candidate", protocol: "udp", candidateType: "relay", address: "192.0.2.1" }],
  ], 60_000);
  assert.deepEqual(receiveReport(before, now), { freezes: 2, rtt_ms: 80, concealed: 0.01, frozen: 0.1, height: 360, way: "relay" });
});

test("what a browser does not tell stays out of the report, and lines that began anew count nothing", () => {
  const before = readSample([audio(100, 0, 4_000, 48_000), video({ packetsReceived: 99 })], 0);
  const now = readSample([audio(200, 0, 4_000, 48_000), video({ packetsReceived: 5, framesDecoded: 3 })], 60_000);
  assert.deepEqual(receiveReport(before, now), { freezes: 0, rtt_ms: 0, concealed: 0 });
  assert.deepEqual(receiveReport(readSample([video({})], 0), readSample([video({ packetsReceived: 20, framesDecoded: 3 })], 1_000)), { freezes: 0, rtt_ms: 0, concealed: 0, height: 360 });
});
