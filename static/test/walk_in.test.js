import assert from "node:assert/strict";
import { test } from "node:test";
import { birthDateOf, dateOrder } from "../core/birth_date.js";
import { EMPTY_DRAFT } from "../ui/pages/walk_in/draft.js";
import { bodyOf, faultsOf, reasonOf } from "../ui/pages/walk_in/entering.js";
import { phoneFault } from "../ui/pages/join/queue/phone_number.js";

const TODAY = new Date("2026-11-23T10:00:00Z");
const born = (/** @type {string} */ day, /** @type {string} */ month, /** @type {string} */ year) => birthDateOf({ day, month, year }, TODAY);

test("a birth date is taken as three numbers, and what is wrong with it is named", () => {
  assert.deepEqual(born("3", "04", " 1956 "), { value: "1956-04-03", fault: null });
  assert.deepEqual(born("29", "2", "2024"), { value: "2024-02-29", fault: null });
  const faults = { missing: ["", "", ""], incomplete: ["3", "", "1956"], year: ["3", "4", "56"], impossible: ["31", "2", "1956"], future: ["25", "11", "2026"], long_ago: ["3", "4", "1056"] };
  for (const [fault, [day = "", month = "", year = ""]] of Object.entries(faults)) assert.deepEqual(born(day, month, year), { value: null, fault }, fault);
  for (const day of ["0", "32", "x", "-1", "1e1", "٣"]) assert.equal(born(day, "4", "1956").fault, "impossible", day);
  assert.equal(born("24", "11", "2026").fault, null, "it may be tomorrow where the person is");
});

test("the numbers stand in the order of the reader's country", () => {
  assert.deepEqual(dateOrder("de"), ["day", "month", "year"]);
  assert.deepEqual(dateOrder("en-US"), ["month", "day", "year"]);
  assert.deepEqual(dateOrder("en-GB"), ["day", "month", "year"]);
});

test("telephone numbers as people write them pass the first look, slips are named", () => {
  for (const number of ["0170 1234567", "+49 (170) 123-45 67", "110110", "+49 170/1234567"]) assert.equal(phoneFault(number), null, number);
  assert.deepEqual(["", "  ", "12345", "call me", "0170 1234567; drop", "1".repeat(16), "49+170123"].map(phoneFault), ["missing", "missing", "short", "signs", "signs", "long", "signs"]);
});

const QUESTIONS = /** @type {import("../ui/pages/walk_in/entering.js").Question[]} */ ([
  { id: "fever", kind: "yes_no", text: "Fever?", choices: [], required: true },
  { id: "since", kind: "choice", text: "Since?", choices: ["today", "longer"], required: true },
  { id: "else", kind: "text", text: "Else?", choices: [], required: false },
]);
const DOOR = { name: "Walk-in", phone: "1", notice: "", open: true, next_opening: null, closes_at: null, full: false, reasons: ["Cold", "Wound"], questions: QUESTIONS, waiting: 0, expected_wait: null };
const FILLED = { ...EMPTY_DRAFT, name: " Ada ", birth: { day: "3", month: "4", year: "1956" }, reason: "Cold", answers: { fever: false, since: "today" } };

test("an empty form names each thing that is missing, in its order", () => {
  assert.deepEqual(Object.keys(faultsOf(EMPTY_DRAFT, DOOR, TODAY)), ["name", "birth_date", "reason", "question_fever", "question_since"]);
  assert.deepEqual(faultsOf(FILLED, DOOR, TODAY), {}, "no is an answer");
});

test("what the clinic has changed since is asked again, not sent", () => {
  assert.deepEqual(Object.keys(faultsOf({ ...FILLED, reason: "Gone", answers: { fever: "yes", since: "never" } }, DOOR, TODAY)), ["reason", "question_fever", "question_since"]);
});

test("a reason in one's own words counts where it was chosen or nothing else is offered", () => {
  assert.equal(reasonOf({ ...FILLED, isOther: true, ownReason: " my knee " }, DOOR), "my knee");
  assert.equal(reasonOf({ ...FILLED, ownReason: "knee" }, { ...DOOR, reasons: [] }), "knee");
  assert.deepEqual(Object.keys(faultsOf({ ...FILLED, isOther: true }, DOOR, TODAY)), ["own_reason"]);
});

test("only what was answered is sent", () => {
  const body = bodyOf({ ...FILLED, needs: ["cannot_hear"], interpreter: "ar" }, DOOR, "de");
  assert.deepEqual(body, { name: "Ada", birth_date: "1956-04-03", reason: "Cold", answers: { fever: false, since: "today" }, needs: ["cannot_hear"], language: "de" });
  assert.equal(bodyOf({ ...FILLED, needs: ["interpreter"], interpreter: "ar" }, DOOR, "de")["interpreter_language"], "ar");
});

test("what is pasted along and cannot be seen is not sent", () => {
  const body = bodyOf({ ...FILLED, name: "\u202eAda\u0000\n Example", isOther: true, ownReason: "a\tb\u2066", answers: { ...FILLED.answers, else: "one\ntwo\u0007" } }, DOOR, "en");
  assert.deepEqual([body["name"], body["reason"], /** @type {any} */ (body["answers"]).else], ["Ada Example", "a b", "one\ntwo"]);
  assert.ok(faultsOf({ ...FILLED, name: "\u202e\u0000" }, DOOR, TODAY)["name"]);
});
