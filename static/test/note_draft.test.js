import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NetworkError } from "../core/api.js";
import { NoteDraft } from "../core/note_draft.js";
import { FakeClock, settle } from "./fakes.js";

function harness() {
  const h = { clock: new FakeClock(), stored: { body: "first", revision: 1, updated_at: "t1" }, fail: null, writes: [] };
  h.draft = new NoteDraft({
    clock: h.clock,
    read: async () => ({ ...h.stored }),
    write: async ({ body, revision }) => {
      if (h.fail) throw h.fail;
      if (revision !== h.stored.revision) throw new ApiError(409, "note_changed", "");
      h.writes.push(body);
      h.stored = { body, revision: revision + 1, updated_at: `t${revision + 1}` };
      return { revision: revision + 1, updated_at: h.stored.updated_at };
    },
  });
  return h;
}

test("reads, then saves a second after the last keystroke", async () => {
  const h = harness();
  await h.draft.load();
  h.draft.edit("second");
  await h.clock.advance(900);
  h.draft.edit("second words");
  await h.clock.advance(900);
  assert.deepEqual(h.writes, []);
  await h.clock.advance(100);
  assert.deepEqual(h.writes, ["second words"]);
  assert.equal(h.draft.status.value, "saved");
  assert.equal(h.draft.dirty, false);
});

for (const [choice, expected] of [["mine", "mine"], ["theirs", "theirs"], ["both", "theirs\n\nmine"]]) {
  test(`somebody else has written meanwhile: ${choice}`, async () => {
    const h = harness();
    await h.draft.load();
    h.stored = { body: "theirs", revision: 5, updated_at: "t5" };
    h.draft.edit("mine");
    await h.clock.advance(1_000);
    assert.equal(h.draft.status.value, "conflict");
    assert.equal(h.draft.theirs.value, "theirs");
    h.draft.resolve(choice);
    await settle();
    assert.equal(h.stored.body, expected);
    assert.equal(h.draft.body.value, expected);
    assert.equal(h.draft.status.value, "saved");
  });
}

test("a failed save is tried again, and nothing is lost meanwhile", async () => {
  const h = harness();
  await h.draft.load();
  h.fail = new NetworkError("offline");
  h.draft.edit("kept");
  await h.clock.advance(1_000);
  assert.equal(h.draft.status.value, "failed");
  assert.equal(h.draft.dirty, true);
  h.fail = null;
  await h.clock.advance(5_000);
  assert.equal(h.stored.body, "kept");
});

test("a slow save is not overtaken by the next", async () => {
  const h = harness();
  await h.draft.load();
  let release;
  const gate = new Promise((done) => { release = done; });
  const slow = new NoteDraft({
    clock: h.clock,
    read: async () => ({ ...h.stored }),
    write: async ({ body, revision }) => {
      h.writes.push(body);
      await gate;
      return { revision: revision + 1, updated_at: "t" };
    },
  });
  await slow.load();
  slow.edit("a");
  await h.clock.advance(1_000);
  slow.edit("ab");
  await h.clock.advance(3_000);
  assert.deepEqual(h.writes, ["a"]);
  release();
  await h.clock.advance(1_000);
  assert.deepEqual(h.writes, ["a", "ab"]);
  assert.equal(slow.status.value, "saved");
});

test("words typed while saving are saved too", async () => {
  const h = harness();
  await h.draft.load();
  h.draft.edit("a");
  await h.clock.advance(999);
  const saving = h.draft.save();
  h.draft.edit("ab");
  await saving;
  await h.clock.advance(1_000);
  assert.equal(h.stored.body, "ab");
  h.draft.end();
  assert.equal(h.clock.pending, 0);
});
