import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkError } from "../core/api.js";
import { EndCard, dueDay } from "../core/end_card.js";
import { byDay, daysUntil } from "../core/follow_ups.js";

const TODAY = new Date(2026, 10, 30, 23, 30);
const HOME = /** @type {import("../core/end_card.js").Way[]} */ ([{ way: "home", shown: null }]);

function aTab() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    kept,
    storage: /** @type {any} */ ({
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
      removeItem: (/** @type {string} */ key) => kept.delete(key),
    }),
  };
}

/** A card of one visit, and what it sent. @param {{fails?: string, tab?: ReturnType<typeof aTab>, owner?: string}} [options] */
function aCard({ fails = "", tab = aTab(), owner = "usr_1" } = {}) {
  /** @type {{path: string, body: Record<string, any>}[]} */
  const sent = [];
  const state = { fails };
  const post = async (/** @type {string} */ path, /** @type {Record<string, unknown>} */ body) => {
    sent.push({ path, body });
    if (state.fails && path.endsWith(state.fails)) throw new NetworkError("offline");
  };
  const card = new EndCard("ses_1", { owner, post, storage: () => tab.storage, today: () => TODAY });
  return { card, sent, state, tab };
}

test("a draft of another version of the form is none", () => {
  const tab = aTab();
  aCard({ tab }).card.set({ note: "fine" });
  const [key = ""] = tab.kept.keys();
  const { draft, ...about } = JSON.parse(tab.kept.get(key) ?? "");
  for (const wrong of [{ note: null }, { ids: {} }, { ids: undefined }, { due: 7 }]) {
    tab.kept.set(key, JSON.stringify({ ...about, draft: { ...draft, ...wrong } }));
    assert.equal(aCard({ tab }).card.draft.value.note, "", JSON.stringify(wrong));
  }
  tab.kept.set(key, JSON.stringify({ ...about, draft }));
  assert.equal(aCard({ tab }).card.draft.value.note, "fine");
});

test("days from today, over the end of a month and of a year", () => {
  assert.equal(dueDay({ due: "7", day: "" }, TODAY), "2026-12-07");
  assert.equal(dueDay({ due: "90", day: "" }, TODAY), "2027-02-28");
  assert.equal(dueDay({ due: "date", day: "2027-01-02" }, TODAY), "2027-01-02");
  assert.equal(dueDay({ due: "date", day: "" }, TODAY), "");
  assert.equal(dueDay({ due: "", day: "2027-01-02" }, TODAY), "");
});

test("an outcome alone is enough", async () => {
  const { card, sent, tab } = aCard();
  assert.equal(await card.save([]), true);
  assert.deepEqual(sent.map((one) => one.path), ["/sessions/ses_1/complete"]);
  assert.equal(tab.kept.size, 0);
});

test("all parts go out, the outcome last", async () => {
  const { card, sent } = aCard();
  card.set({ outcome: "follow_up", note: "fine", message: " Rest. ", due: "1", text: "Call" });
  assert.equal(await card.save(HOME), true);
  assert.deepEqual(sent.map((one) => one.path.split("/")[3]), ["messages", "follow-ups", "complete"]);
  assert.deepEqual([sent[0]?.body.body, sent[0]?.body.way, sent[1]?.body.due_on, sent[2]?.body.note], ["Rest.", "home", "2026-12-01", "fine"]);
});

test("what went out is not sent again when the rest is tried again, and a lost answer keeps its id", async () => {
  const { card, sent, state } = aCard({ fails: "follow-ups" });
  card.set({ message: "Rest.", due: "7", text: "Call" });
  assert.equal(await card.save(HOME), false);
  assert.equal(card.fault.value?.part, "follow_up");
  assert.equal(card.draft.value.message, "", "it is with the patient");
  state.fails = "";
  assert.equal(await card.save(HOME), true);
  const ids = sent.filter((one) => one.path.endsWith("follow-ups")).map((one) => one.body.command_id);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
  assert.equal(sent.filter((one) => one.path.endsWith("messages")).length, 1);
});

test("a reload loses nothing, and trying again after it is still the same command", async () => {
  const { card, sent, tab } = aCard({ fails: "messages" });
  card.set({ message: "Rest.", note: "a note", due: "14", text: "Call" });
  await card.save(HOME);
  const after = aCard({ tab });
  assert.deepEqual([after.card.draft.value.message, after.card.draft.value.note, after.card.draft.value.text], ["Rest.", "a note", "Call"]);
  assert.equal(await after.card.save(HOME), true);
  assert.equal(after.sent[0]?.body.command_id, sent[0]?.body.command_id);
});

test("other words after a lost answer are another command, each part for itself", async () => {
  const { card, sent, state } = aCard({ fails: "messages" });
  card.set({ message: "Rest.", due: "14", text: "Call" });
  await card.save(HOME);
  const { follow_up: followUp, outcome } = card.draft.value.ids;
  card.set({ message: "Rest, and drink." });
  state.fails = "";
  assert.equal(await card.save(HOME), true);
  assert.deepEqual([sent[0]?.body.body, sent[1]?.body.body], ["Rest.", "Rest, and drink."]);
  assert.notEqual(sent[0]?.body.command_id, sent[1]?.body.command_id);
  assert.deepEqual([sent[2]?.body.command_id, sent[3]?.body.command_id], [followUp, outcome], "the others are as they were");
});

test("the same words again are the same command", () => {
  const { card } = aCard();
  card.set({ message: "Rest.", due: "7", note: "fine" });
  const { ids } = card.draft.value;
  card.set({ message: "Rest.", due: "7", note: "fine" });
  assert.deepEqual(card.draft.value.ids, ids);
});

test("a way that is there no more is not taken", async () => {
  const { card, sent } = aCard();
  card.set({ message: "Rest.", way: "link" });
  assert.equal(await card.save(HOME), true);
  assert.equal(sent[0]?.body.way, "home");
});

test("nobody gets what somebody else typed", () => {
  const tab = aTab();
  aCard({ tab }).card.set({ note: "a note" });
  assert.equal(aCard({ tab }).card.draft.value.note, "a note");
  assert.equal(aCard({ tab, owner: "usr_2" }).card.draft.value.note, "");
  assert.equal(tab.kept.size, 0, "and it is gone");
});

test("what is half filled in is said before anything is sent", async () => {
  const { card, sent } = aCard();
  card.set({ due: "7" });
  assert.equal(await card.save(HOME), false);
  assert.equal(card.gap.value, "follow_up_text");
  card.set({ due: "", text: "Call" });
  await card.save(HOME);
  assert.equal(card.gap.value, "follow_up_day");
  card.set({ text: "", message: "Rest." });
  await card.save([]);
  assert.equal(card.gap.value, "no_way");
  assert.deepEqual(sent, []);
});

test("a broken draft counts as none", () => {
  const tab = aTab();
  aCard({ tab }).card.set({ outcome: "technical" });
  for (const key of tab.kept.keys()) tab.kept.set(key, "{nonsense");
  assert.equal(aCard({ tab }).card.draft.value.outcome, "completed");
});

test("what no network took waits for one, unless something is typed meanwhile", async () => {
  const { card, sent, state } = aCard({ fails: "complete" });
  card.set({ note: "fine" });
  await card.save([]);
  assert.equal(card.waits.value, true);
  await card.save([]);
  assert.equal(card.waits.value, true, "still no network");
  card.set({ note: "fine, but" });
  assert.equal(card.waits.value, false, "half a sentence does not go out by itself");
  state.fails = "";
  assert.equal(await card.save([]), true);
  assert.deepEqual([card.waits.value, sent.at(-1)?.body.note], [false, "fine, but"]);
});

test("words typed while older ones are on their way are neither sent nor wiped", async () => {
  const tab = aTab();
  const soon = () => new Promise((resolve) => setImmediate(resolve));
  /** @type {(answer: unknown) => void} */
  let answer = () => {};
  /** @type {string[]} */
  const notes = [];
  const post = (/** @type {string} */ _path, /** @type {any} */ body) => new Promise((resolve) => { notes.push(body.note); answer = resolve; });
  const card = new EndCard("ses_1", { owner: "usr_1", post, storage: () => tab.storage });
  card.set({ note: "fine" });
  const first = card.save([]);
  await soon();
  card.set({ note: "fine, and well" });
  answer({});
  assert.equal(await first, false);
  assert.deepEqual([card.draft.value.note, card.waits.value, card.busy.value], ["fine, and well", false, false]);
  const second = card.save([]);
  await soon();
  answer({});
  assert.equal(await second, true);
  assert.deepEqual(notes, ["fine", "fine, and well"]);
});

test("follow-ups are due from their day on", () => {
  const rows = [{ id: "c", due_on: "2026-12-01" }, { id: "b", due_on: "2026-11-30" }, { id: "a", due_on: "2026-11-28" }];
  const { due, later } = byDay(rows, "2026-11-30");
  assert.deepEqual([due.map((one) => one.id), later.map((one) => one.id)], [["a", "b"], ["c"]]);
  assert.equal(daysUntil({ due_on: "2026-11-28" }, "2026-11-30"), -2);
});
