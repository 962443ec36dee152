import assert from "node:assert/strict";
import { test } from "node:test";
import { leaderActs, markOf, mustAnswer, newsOf, otherAnswer, otherWord, ownPart, phaseOf, refusers, tally } from "../core/recording.js";
import { reduce } from "../core/reducer.js";
import { playSound, silence } from "../core/sounds.js";
import { asksFirst, showsRecording } from "../core/states.js";
import { bystanderFields, missing } from "../ui/call/recording/bystander_dialog.js";
import { menuOf } from "../ui/call/recording/lead_menu.js";
import { bannerOf } from "../ui/call/recording/notice.js";

const you = (more = {}) => ({ standing: "none", captured: false, asked: false, earlier: false, ...more });
const recording = (more = {}) => ({
  policy: "optional", text_version: "2026-11", kept_days: 365, id: "rec_1", state: "recording", since: null, started_at: null, basis: "consent", sound: "all", bleed: "none",
  fault: "", emergency: false, people: [], bystanders: [], unrecorded_reason_wanted: false, ...more, you: you(more.you),
});
const stateOf = (data, can = []) => ({ you: { can }, recording: data });
const sessionOf = (data, { can = [], ...own } = {}) => ({ state: { value: { you: { can, ...own }, recording: data } }, can: (word) => can.includes(word) });

test("the recording's state replaces its part; a call without one shows nothing of it", () => {
  const data = recording();
  const state = reduce({ you: { can: [] }, chat: [] }, { type: "recording", data });
  assert.equal(state.recording, data);
  assert.equal(reduce(state, { type: "recording", data: null }).recording, null);
  assert.deepEqual([showsRecording(null), showsRecording(stateOf(null)), showsRecording(stateOf(undefined))], [false, false, false]);
});

test("a patient's page loads nothing of recordings while there is none; one who leads finds how to begin", () => {
  const idle = recording({ id: null, state: "none" });
  assert.equal(showsRecording(stateOf(idle, ["chat"])), false);
  assert.equal(showsRecording(stateOf(idle, ["chat", "record"])), true);
  for (const state of ["asking", "recording", "paused", "finalising"]) assert.equal(showsRecording(stateOf(recording({ state }))), true, state);
  assert.equal(showsRecording(stateOf(recording({ state: "none", you: { earlier: true } }))), true, "what becomes of the earlier part is asked after the end too");
});

test("asked before the call where the policy requires it or the question is open", () => {
  const idle = { id: null, state: "none" };
  assert.equal(asksFirst(stateOf(recording({ ...idle, policy: "optional" }))), false);
  assert.equal(asksFirst(stateOf(recording({ ...idle, policy: "required" }))), true);
  assert.equal(asksFirst(stateOf(recording({ state: "asking", you: { asked: true } }))), true);
  assert.equal(asksFirst(stateOf(null)), false);
});

test("what is told: on, rest and end once each; who comes late hears of it at once", () => {
  const phases = [recording({ state: "asking" }), recording(), recording({ bleed: "undecided", sound: "none" }), recording({ bleed: "wait" }), recording(), recording({ state: "paused" }), recording({ state: "finalising" }), recording({ state: "none" }), null].map(phaseOf);
  assert.deepEqual(phases, ["off", "on", "on", "rests", "on", "rests", "off", "off", "off"]);
  const told = phases.map((phase, index) => newsOf(phases[index - 1] ?? "off", phase));
  assert.deepEqual(told, [null, "on", null, "paused", "on", "paused", "off", null, null]);
  assert.equal(newsOf("off", "rests"), null, "joined while it rests: nothing of them is recorded, the mark says the rest");
});

test("the mark says what is written, never more", () => {
  const words = [{ state: "none" }, { state: "asking" }, {}, { sound: "none", bleed: "undecided" }, { bleed: "wait" }, { state: "paused" }, { state: "finalising" }].map((more) => markOf(recording(more)));
  assert.deepEqual(words, [null, "asking", "on", "pictures", "waits", "paused", null]);
  assert.equal(markOf(null), null);
});

test("one's own part, and the answer beside the one given", () => {
  const cases = [
    [recording({ you: { standing: "agreed", captured: true } }), "recorded", "withdraw"],
    [recording({ state: "paused", you: { standing: "agreed", captured: true } }), "agreed", "withdraw"],
    [recording({ bleed: "wait", you: { standing: "agreed" } }), "agreed", "withdraw"],
    [recording({ you: { standing: "refused" } }), "not_recorded", "agree"],
    [recording({ you: { standing: "withdrawn" } }), "not_recorded", "agree"],
    [recording({ you: { standing: "none", asked: true } }), "not_recorded", "agree"],
    [recording({ basis: "emergency", you: { standing: "none", captured: true } }), "recorded", "refuse"],
  ];
  for (const [data, part, other] of cases) assert.deepEqual([ownPart(data), otherAnswer(data)], [part, other]);
});

test("nobody is offered to stop what does not run", () => {
  assert.deepEqual([true, false].map((captured) => otherWord(recording({ you: { standing: "agreed", captured } }))), ["withdraw", "refuse"]);
  assert.equal(otherWord(recording({ you: { standing: "refused" } })), "agree");
});

test("an answer is owed when asked and not given", () => {
  assert.equal(mustAnswer(recording({ you: { asked: true } })), true);
  assert.equal(mustAnswer(recording({ you: { asked: true, standing: "refused" } })), false);
  assert.equal(mustAnswer(recording()), false);
  assert.equal(mustAnswer(null), false);
});

test("who said what is counted, and who is within earshot and said no is named", () => {
  const people = ["agreed", "refused", "withdrawn", "none", "none"].map((standing, index) => ({ participant_id: `p${index}`, standing, captured: false }));
  assert.deepEqual(tally(people), { agreed: 1, refused: 2, open: 2 });
  const bystanders = [{ id: "b1", label: "child", decided_by: "self", agreed: true }, { id: "b2", label: "victim", decided_by: "unable", agreed: false }];
  assert.deepEqual(refusers(recording({ people, bystanders })), ["p1", "p2", "b2"]);
});

test("those who lead find what may be done now, in the order of a recording's life", () => {
  const agreed = [{ participant_id: "p", standing: "agreed", captured: false }];
  const acts = (more) => [...leaderActs(recording(more))].sort();
  assert.deepEqual(acts({ state: "none" }), ["ask"]);
  assert.deepEqual(acts({ state: "none", policy: "off" }), []);
  assert.deepEqual(acts({ state: "finalising", policy: "off", emergency: true }), ["emergency"]);
  assert.deepEqual(acts({ state: "asking" }), ["bystander", "cancel"]);
  assert.deepEqual(acts({ state: "asking", people: agreed }), ["begin", "bystander", "cancel"]);
  assert.deepEqual(acts({ state: "asking", emergency: true }), ["bystander", "cancel", "emergency"]);
  assert.deepEqual(acts({}), ["bystander", "mark", "pause", "stop"]);
  assert.deepEqual(acts({ state: "paused" }), ["bystander", "mark", "resume", "stop"]);
  assert.equal(leaderActs(null).size, 0);
  assert.deepEqual(menuOf(sessionOf(recording())).map((item) => item.id), ["recording-mark", "recording-pause", "recording-bystander", "recording-stop"]);
});

test("the menu sends the command it names, for this recording", async () => {
  const sent = [];
  const session = { ...sessionOf(recording({ state: "paused" })), command: async (name, fields) => void sent.push([name, fields]) };
  const item = menuOf(session).find((one) => one.id === "recording-resume");
  item.onSelect();
  await new Promise((done) => setImmediate(done));
  assert.deepEqual(sent, [["recording_resume", { recording_id: "rec_1" }]]);
});

test("a bystander's answer needs a name when somebody else gave it, and a reason when nobody could be asked", () => {
  const draft = { label: "child", decided_by: "self", by_name: " ", reason: "" };
  assert.deepEqual(missing(draft), {});
  assert.deepEqual(Object.keys(missing({ ...draft, decided_by: "carer" })), ["by_name"]);
  assert.deepEqual(Object.keys(missing({ ...draft, decided_by: "unable" })), ["by_name", "reason"]);
  assert.deepEqual(bystanderFields({ ...draft, by_name: "left over", reason: "left over" }, false), { label: "child", decided_by: "self", agreed: false });
  assert.deepEqual(bystanderFields({ ...draft, decided_by: "carer", by_name: " Rita ", reason: "x" }, true), { label: "child", decided_by: "carer", agreed: true, by_name: "Rita" });
  assert.deepEqual(bystanderFields({ ...draft, decided_by: "unable", by_name: "Dr. A", reason: " unconscious " }, true), { label: "child", decided_by: "unable", agreed: true, by_name: "Dr. A", reason: "unconscious" });
});

test("the banner: a fault for those who lead stays; news go first for everybody else", () => {
  const read = () => {};
  const broken = recording({ fault: "disk_full" });
  assert.equal(bannerOf(sessionOf(broken, { can: ["record"] }), "on", read).id, "recording-fault");
  assert.equal(bannerOf(sessionOf(broken), null, read), null);
  const on = bannerOf(sessionOf(recording()), "on", read);
  assert.deepEqual([on.kind, on.id], ["rec", "recording-on"]);
  assert.ok(on.text.includes("recording.you_not_recorded"), "who is not recorded reads so in the same breath");
  assert.ok(bannerOf(sessionOf(recording({ basis: "emergency", you: { captured: true } })), "on", read).text.startsWith("recording.title_emergency"));
  assert.equal(bannerOf(sessionOf(null), "off", read).action, null);
});

test("a device that must stay silent makes no tone and does not vibrate, whatever happens", (context) => {
  const felt = [];
  Object.defineProperty(globalThis.navigator, "vibrate", { value: (pattern) => felt.push(pattern), configurable: true });
  context.after(() => delete globalThis.navigator.vibrate);
  playSound("recording_on");
  assert.equal(felt.length, 1);
  silence.on = true;
  for (const name of /** @type {const} */ (["recording_on", "recording_off", "admitted", "message", "left", "arrival"])) assert.equal(playSound(name), false);
  silence.on = false;
  assert.equal(felt.length, 1);
});
