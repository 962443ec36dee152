import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError } from "../core/commands.js";
import { LiveMarkers } from "../core/markers.js";
import { settle } from "./fakes.js";

const RECORDING = { id: "rec_1", startedAt: "2030-01-01T10:00:00.000Z" };

/** A server that answers when told. */
function harness() {
  const h = { sent: [], changed: [], removed: [], time: Date.parse("2030-01-01T10:00:05.000Z"), answers: [] };
  const answer = () => new Promise((resolve, reject) => h.answers.push({ resolve, reject }));
  h.markers = new LiveMarkers({
    send: (fields, options) => { h.sent.push({ fields, options }); return answer(); },
    change: (marker, words) => { h.changed.push({ id: marker.saved.id, revision: marker.saved.revision, ...words }); return answer(); },
    remove: (marker) => { h.removed.push(marker.saved.id); return answer(); },
    now: () => h.time,
  });
  h.ok = async (id = "mrk_1", more = {}) => { h.answers.shift().resolve({ marker: { id, start_ms: 5_000, revision: 1, ...more } }); await settle(); };
  h.fail = async (code = "timeout") => { h.answers.shift().reject(new CommandError(code)); await settle(); };
  h.shown = () => h.markers.list.value.map(({ category, text, status, startMs }) => [category, text, status, startMs]);
  return h;
}

test("a marker is shown at once and saved behind; the server's clock dates it", async () => {
  const h = harness();
  h.markers.add(RECORDING);
  assert.deepEqual(h.shown(), [["moment", "", "saving", 5_000]]);
  assert.deepEqual(h.sent[0].fields, { recording_id: "rec_1", category: "moment" });
  assert.ok(h.sent[0].options.giveUpAfter <= 5_000, "a try that travels long would be dated late");
  await h.ok("mrk_1", { start_ms: 4_900 });
  assert.deepEqual(h.shown(), [["moment", "", "saved", 4_900]]);
});

test("what failed goes out again under the same id, and says when it was", async () => {
  const h = harness();
  const key = h.markers.add(RECORDING);
  await h.fail();
  assert.equal(h.shown()[0][2], "failed");
  h.time += 60_000;
  h.markers.retryAll();
  assert.equal(h.sent[1].options.commandId, h.sent[0].options.commandId);
  assert.equal(h.sent[1].fields.at_ms, 5_000);
  await h.fail("unavailable");
  void h.markers.retry(key);
  await h.ok();
  assert.equal(h.shown()[0][2], "saved");
  h.markers.retryAll();
  assert.equal(h.sent.length, 3, "what is saved is not sent again");
});

test("words chosen while it travels follow it, one request at a time, and only the last of them", async () => {
  const h = harness();
  const key = h.markers.add(RECORDING);
  h.markers.describe(key, { category: "finding" });
  h.markers.describe(key, { category: "decision", text: " stent " });
  assert.equal(h.sent.length, 1);
  await h.ok();
  assert.deepEqual(h.changed, [{ id: "mrk_1", revision: 1, category: "decision", text: "stent" }]);
  await h.ok("mrk_1", { revision: 2 });
  assert.deepEqual(h.shown().map((one) => one[2]), ["saved"]);
  h.markers.describe(key, { text: "stent" });
  assert.equal(h.changed.length, 1, "nothing new, nothing sent");
  h.markers.describe(key, { text: "stents" });
  assert.equal(h.changed[1].revision, 2);
});

test("taken back it is gone at once, also while it is on its way or after it seemed to fail", async () => {
  const h = harness();
  const saved = h.markers.add(RECORDING);
  await h.ok("mrk_a");
  const gone = h.markers.undo(saved);
  assert.deepEqual([h.shown(), h.removed], [[], ["mrk_a"]]);
  await h.ok();
  await gone;
  const moving = h.markers.add(RECORDING);
  await h.markers.undo(moving);
  assert.deepEqual(h.shown(), []);
  await h.ok("mrk_b");
  assert.deepEqual(h.removed, ["mrk_a", "mrk_b"]);
  await h.ok();
  const lost = h.markers.add(RECORDING);
  await h.fail();
  void h.markers.undo(lost);
  assert.equal(h.sent.at(-1).options.commandId, h.sent.at(-2).options.commandId, "it may have arrived: asked for under its id");
  await h.ok("mrk_c");
  assert.deepEqual(h.removed, ["mrk_a", "mrk_b", "mrk_c"]);
  await h.ok();
  assert.deepEqual(h.shown(), []);
});

test("what could not be taken back stands in its place again, and that is said", async () => {
  const h = harness();
  const first = h.markers.add(RECORDING);
  await h.ok("mrk_a");
  h.time += 1_000;
  h.markers.add(RECORDING);
  await h.ok("mrk_b");
  const undone = h.markers.undo(first);
  const refused = assert.rejects(undone, { code: "not_allowed" });
  await h.fail("not_allowed");
  await refused;
  assert.deepEqual(h.markers.list.value.map((one) => one.saved.id), ["mrk_b", "mrk_a"]);
});

test("without a known beginning the server dates it, and nothing is made up", async () => {
  const h = harness();
  h.markers.add({ id: "rec_1", startedAt: null });
  assert.equal(h.shown()[0][3], null);
  await h.fail();
  h.markers.retryAll();
  assert.equal("at_ms" in h.sent[1].fields, false);
  assert.deepEqual(new Set(h.sent.map((one) => one.options.commandId)).size, 1);
});
