import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "../vendor/preact.js";
import { Chat } from "../core/chat.js";
import { Emitter } from "../core/emitter.js";
import { difference, edited, harmless } from "../core/live_text/edits.js";
import { afterNow, afterText, without } from "../core/live_text/lines.js";
import { LiveText } from "../core/live_text/live_text.js";
import { FakeClock } from "./fakes.js";

const never = () => false;
const event = (sequence, at, insert, more = {}) => ({ participant_id: "pat", line: "line-1", sequence, edits: [{ at, erase: 0, insert }], to: null, ...more });
const now = (sequence, text, line = "line-1") => ({ participant_id: "pat", line, sequence, text, to: null });

test("an edit is what changed, in code points", () => {
  assert.deepEqual(difference("ab", "ab"), []);
  assert.deepEqual(difference("ac", "abc"), [{ at: 1, erase: 0, insert: "b" }]);
  assert.deepEqual(difference("a😀b", "a😃b"), [{ at: 1, erase: 1, insert: "😃" }]);
  assert.deepEqual(difference("aa", "aaa"), [{ at: 2, erase: 0, insert: "a" }]);
  assert.deepEqual(difference("one\ntwo", ""), [{ at: 0, erase: 7, insert: "" }]);
});

test("any two texts: the edit of one makes the other", () => {
  const letters = ["a", "b", "😀", "\n", "é", "م"];
  let seed = 7;
  const random = (below) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % below; };
  const text = () => Array.from({ length: random(12) }, () => letters[random(letters.length)]).join("");
  for (let turn = 0; turn < 2000; turn += 1) {
    const [before, after] = [text(), text()];
    assert.equal(edited(before, difference(before, after)), after);
  }
});

test("what harms readers is not sent", () => {
  assert.equal(harmless("a\u202eb\u0000c\u2066d\ufeff\r\ne\ud800f\udc00"), "abcd\nef");
  assert.equal(harmless("👨‍👩 م\t"), "👨‍👩 م\t");
});

test("a gap marks the line until it is told whole; what was seen is not doubled", () => {
  let lines = afterText([], event(1, 0, "a"));
  lines = afterText(lines, event(2, 1, "b"));
  assert.deepEqual([lines[0].text, lines[0].lost], ["ab", false]);
  lines = afterText(lines, event(2, 1, "b"));
  assert.equal(lines[0].text, "ab");
  lines = afterText(lines, event(4, 3, "d"));
  assert.deepEqual([lines[0].text, lines[0].lost], ["ab", true]);
  lines = afterText(lines, event(5, 4, "e"));
  assert.equal(lines[0].lost, true, "an edit of a text one does not know is not carried out");
  lines = afterNow(lines, [now(5, "abcde")], never);
  assert.deepEqual([lines[0].text, lines[0].lost], ["abcde", false]);
  lines = afterText(lines, event(9, 0, "new", { reset: true }));
  assert.deepEqual([lines[0].text, lines[0].lost], ["new", false]);
  assert.deepEqual(without(lines, "pat", "line-1"), []);
});

test("a line that the server lost stays, marked, until its writer writes again; a finished one goes", () => {
  const lines = afterText([], event(1, 0, "half"));
  assert.equal(afterNow(lines, [], never)[0].lost, true);
  assert.deepEqual(afterNow(lines, [], (_who, line) => line === "line-1"), []);
  const after = afterText(afterNow(lines, [], never), event(1, 0, "x", { line: "line-2" }));
  assert.deepEqual(after.map((one) => [one.id, one.text, one.lost]), [["line-2", "x", false]]);
  assert.deepEqual(afterNow([], [now(3, "done")], () => true), [], "the chat has it already");
});

function harness() {
  const link = new Emitter();
  const h = { link, sent: [], commands: [], clock: new FakeClock() };
  Object.assign(link, {
    state: "online",
    tell: (name, fields = {}, answered = () => {}) => void (link.state === "online" && h.sent.push({ name, ...fields, answered })),
    command: async (name, fields, options) => void h.commands.push({ name, ...fields, ...options }),
  });
  h.state = signal({ you: { participant_id: "me" }, participants: [], chat: [] });
  h.chat = new Chat(link, h.state);
  h.clock.time = 10_000;
  h.text = new LiveText({ link, state: h.state, chat: h.chat, clock: h.clock });
  h.texts = () => h.sent.filter((one) => one.name === "text");
  h.lines = () => h.texts().reduce((known, one) => ({ ...known, [one.line]: edited(one.reset ? "" : (known[one.line] ?? ""), one.edits) }), {});
  return h;
}

test("nothing is sent before it is switched on; then letters go out, none waits longer than 80 ms", async () => {
  const h = harness();
  h.chat.draft.value = "ab";
  await h.clock.advance(500);
  assert.deepEqual(h.sent.map((one) => one.name), ["text_sync"]);
  h.text.choose(true);
  assert.deepEqual(h.texts().map((one) => [one.sequence, one.edits]), [[1, [{ at: 0, erase: 0, insert: "ab" }]]]);
  for (const letter of "cde") h.chat.draft.value += letter;
  assert.equal(h.texts().length, 1);
  await h.clock.advance(80);
  assert.deepEqual(Object.values(h.lines()), ["abcde"]);
  assert.equal(h.texts().length, 2);
});

test("the line's id becomes the message's, and the next line is another", async () => {
  const h = harness();
  h.text.choose(true);
  h.chat.draft.value = "one";
  await h.clock.advance(100);
  h.chat.send(h.chat.draft.value);
  h.chat.draft.value = "";
  await h.clock.advance(100);
  const [{ line }] = h.texts();
  assert.deepEqual(h.commands.map((one) => [one.name, one.body, one.commandId]), [["chat", "one", line]]);
  h.chat.draft.value = "two";
  await h.clock.advance(100);
  assert.notEqual(h.texts().at(-1).line, line);
  assert.equal(h.texts().at(-1).sequence, 1);
});

test("after a reconnect, a gap and a flood the whole line is said again", async () => {
  const h = harness();
  h.text.choose(true);
  h.chat.draft.value = "one";
  await h.clock.advance(100);
  h.link.state = "reconnecting";
  h.chat.draft.value = "one two";
  await h.clock.advance(1000);
  assert.equal(h.texts().length, 1);
  h.link.state = "online";
  h.link.emit("state", "online");
  assert.deepEqual([h.texts().at(-1).reset, h.texts().at(-1).edits[0].insert], [true, "one two"]);
  h.texts().at(-1).answered({ ok: false, error: { code: "text_gap" } });
  await h.clock.advance(600);
  assert.deepEqual([h.texts().at(-1).reset, h.texts().at(-1).sequence], [true, 3]);
  assert.equal(new Set(h.texts().map((one) => one.line)).size, 1);
});

test("what the server finished is taken out of the field, and what was typed since goes on", async () => {
  const h = harness();
  h.text.choose(true);
  h.chat.draft.value = "thinking";
  await h.clock.advance(100);
  const { line } = h.texts()[0];
  h.chat.draft.value = "thinking more";
  h.link.emit("message", { type: "chat", data: { participant_id: "me", command_id: line, body: "thinking" } });
  await h.clock.advance(100);
  assert.equal(h.chat.draft.value, "more");
  assert.deepEqual([h.texts().at(-1).sequence, h.texts().at(-1).edits[0].insert], [1, "more"]);
  assert.notEqual(h.texts().at(-1).line, line);
});

test("a page loaded anew takes its own line back and goes on with it", async () => {
  const h = harness();
  h.link.emit("live", { type: "text_now", data: { lines: [{ participant_id: "me", line: "line-mine", sequence: 4, text: "half", to: null }] } });
  assert.deepEqual([h.chat.draft.value, h.text.on.value, h.texts().length], ["half", true, 0]);
  h.chat.draft.value = "half a line";
  await h.clock.advance(100);
  const said = h.texts().at(-1);
  assert.deepEqual([said.line, said.sequence, said.edits], ["line-mine", 5, [{ at: 4, erase: 0, insert: " a line" }]]);
});

test("written to somebody else from now on: who read it until then sees it taken back", async () => {
  const h = harness();
  h.text.choose(true);
  h.chat.draft.value = "between us";
  await h.clock.advance(100);
  h.chat.to.value = "par_bo";
  await h.clock.advance(200);
  const [first, second] = Object.keys(h.lines());
  assert.deepEqual([h.lines()[first], h.lines()[second]], ["", "between us"]);
  assert.equal(h.texts().at(-1).to, "par_bo");
});

test("switched off, others no longer see what stands in the field", async () => {
  const h = harness();
  h.text.choose(true);
  h.chat.draft.value = "secret";
  await h.clock.advance(100);
  h.text.choose(false);
  await h.clock.advance(100);
  assert.deepEqual(Object.values(h.lines()), [""]);
  assert.equal(h.chat.draft.value, "secret");
  h.text.suggest();
  assert.equal(h.text.on.value, false, "a choice by hand counts before a suggestion");
});
