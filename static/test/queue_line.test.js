import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addMessages } from "../core/i18n.js";
import { reduce } from "../core/reducer.js";
import { endOf } from "../ui/pages/join/queue/goodbye.js";
import { placeWords, waitWords } from "../ui/pages/join/queue/wait_words.js";

addMessages("en", JSON.parse(readFileSync(new URL("../i18n/en.json", import.meta.url), "utf8")));
const QUEUE = { entry_id: "ent_1", name: "Walk-in", state: "waiting", place: 2, ahead: 1, expected_wait: 540, late: null, notice: "", phone: "+49 30 1", keep_place: null, called_at: null, moved_to: null };

test("the expected wait is honest when it is unknown, and rough when it is long", () => {
  assert.equal(waitWords(null), "We cannot say yet how long it will take.");
  assert.equal(waitWords(0), "It will take about a minute.");
  assert.equal(waitWords(541), "It will take about 10 minutes.");
  assert.equal(waitWords(32 * 60), "It will take about 35 minutes.");
  assert.equal(waitWords(65 * 60), "It will take about 1 hour 5 minutes.");
});

test("the place is said in words", () => {
  assert.equal(placeWords({ ...QUEUE, state: "being_seen", place: null, moved_to: { session_id: "ses_2" } }), "Join a call with somebody else?");
  assert.equal(placeWords(QUEUE), "You are number 2 in line.");
  assert.equal(placeWords({ ...QUEUE, place: 1 }), "You are next.");
  assert.equal(placeWords({ ...QUEUE, place: null, state: "being_seen" }), "It is your turn. You are being connected …");
  assert.equal(placeWords(null), "We are looking up your place …");
});

test("who was never seen is not thanked for the visit", () => {
  for (const state of /** @type {const} */ (["waiting", "asleep", null])) assert.equal(endOf("ended", state), "over");
  assert.equal(endOf("ended", "no_show"), "missed");
  assert.equal(endOf("ended", "being_seen"), "seen");
  assert.equal(endOf("ended", "done"), "seen");
  assert.equal(endOf("removed", "waiting"), "removed");
  assert.equal(endOf("ended", "removed"), "removed");
  assert.equal(endOf("left", "waiting"), "left");
  assert.equal(endOf("moved", "waiting"), "moved");
});

test("the line's state is replaced whole", () => {
  const state = /** @type {any} */ ({ you: {}, participants: [], chat: [], queue: QUEUE });
  assert.equal(reduce(state, { type: "queue", data: { ...QUEUE, place: 1 } })?.queue?.place, 1);
  assert.equal(reduce(state, { type: "queue", data: null })?.queue, null);
});
