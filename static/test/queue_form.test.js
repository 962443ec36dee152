import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyForm, endOfDay, faultsIn, fieldsOf, formOf, linesOf, newQuestion } from "../core/queue_form.js";

const FIELDS = /** @type {any} */ ({
  name: "Walk-in", phone: "", notice: "", time_zone: "Europe/Berlin", hours: [{ day: 0, from: "08:00", to: "24:00" }], closed_days: ["2026-12-25"], members: [{ user_id: "usr_1", alerts: true }],
  reasons: ["Cold", "Pain"], questions: [{ id: "q_1", kind: "choice", text: "Where?", choices: ["Left", "Right"], required: true }], max_waiting: 50,
});

test("a room survives being edited without a change", () => {
  assert.deepEqual(fieldsOf(formOf(FIELDS)), FIELDS);
  assert.deepEqual(fieldsOf(formOf({ ...FIELDS, hours: [] })).hours, []);
  assert.deepEqual(faultsIn(formOf(FIELDS)), []);
});

test("a new room wants a name, and nothing else", () => {
  const form = emptyForm("Europe/Berlin");
  assert.deepEqual(faultsIn(form), ["name"]);
  assert.deepEqual(faultsIn({ ...form, name: "A" }), []);
});

test("lines lose blanks and repetitions; hours are put in order; choices belong to questions that have them", () => {
  assert.deepEqual(linesOf(" a \n\nb\na\n"), ["a", "b"]);
  const form = { ...formOf(FIELDS), hours: [{ day: 1, from: "13:00", to: "17:00" }, { day: 1, from: "08:00", to: "12:00" }, { day: 0, from: "09:00", to: "10:00" }], questions: [{ ...newQuestion(), kind: /** @type {const} */ ("text"), text: " Why? ", choices: "x\ny" }] };
  assert.deepEqual(fieldsOf(form).hours.map(({ day, from }) => `${day} ${from}`), ["0 09:00", "1 08:00", "1 13:00"]);
  assert.deepEqual(fieldsOf(form).questions.map(({ text, choices }) => [text, choices]), [["Why?", []]]);
  assert.match(newQuestion().id, /^[a-z0-9_]{1,32}$/);
  assert.deepEqual([endOfDay("00:00"), endOfDay("17:00")], ["24:00", "17:00"]);
});

test("what the server would refuse is found here", () => {
  const form = formOf(FIELDS);
  const wrong = (/** @type {object} */ change) => faultsIn({ ...form, ...change });
  assert.deepEqual(wrong({ name: "  " }), ["name"]);
  assert.deepEqual(wrong({ hours: [{ day: 0, from: "17:00", to: "08:00" }] }), ["hours"]);
  assert.deepEqual(wrong({ hours: [] }), ["hours"]);
  assert.deepEqual(wrong({ closed_days: "Christmas" }), ["closed_days"]);
  assert.deepEqual(wrong({ reasons: "x".repeat(81) }), ["reasons"]);
  assert.deepEqual(wrong({ questions: [{ ...newQuestion(), text: "Where?", kind: "choice", choices: "one" }] }), ["questions"]);
  assert.deepEqual(["0", "201", "many"].map((max_waiting) => wrong({ max_waiting })), [["max_waiting"], ["max_waiting"], ["max_waiting"]]);
});
