import assert from "node:assert/strict";
import { test } from "node:test";
import { actsOf, mayAnswer } from "../core/queue_acts.js";
import { newcomers, nextFor, queuesOf, reduceQueues, unheard } from "../core/queue_state.js";
import { ageOn, waitOf } from "../core/queue_wait.js";
import { arrivals, reduceStaff } from "../ui/pages/today/staff_state.js";

/** @param {string} id @param {object} [more] */
const entry = (id, more = {}) => /** @type {any} */ ({ id, queue_id: "que_a", session_id: `ses_${id}`, state: "waiting", name: id, since: `2030-01-01T10:0${id.length}:00Z`, priority: "normal", page: "open", called_at: null, for_user: null, acknowledged: null, ...more });
/** @param {string} id @param {object} [more] */
const queue = (id, more = {}) => /** @type {any} */ ({ id, name: id, member: true, ...more });
const ids = (/** @type {{id: string}[]} */ rows) => rows.map((one) => one.id);

test("urgent stands before high, high before normal, then the longest wait; who is being seen comes last", () => {
  const state = queuesOf({ entries: [entry("aaa"), entry("a", { state: "being_seen" }), entry("aa", { state: "asleep" }), entry("aaaa", { priority: "high" }), entry("aaaaa", { priority: "urgent" })] });
  assert.deepEqual(ids(state.entries), ["aaaaa", "aaaa", "aa", "aaa", "a"]);
});

test("rows come, change and go; a room that goes takes its people with it, but not those handed to oneself", () => {
  let state = queuesOf({});
  state = reduceQueues(state, { type: "queue", data: queue("que_b") });
  state = reduceQueues(state, { type: "queue", data: queue("que_a") });
  state = reduceQueues(state, { type: "entry", data: entry("a") });
  state = reduceQueues(state, { type: "entry", data: entry("aa", { for_user: { user_id: "usr_me", name: "Me" } }) });
  state = reduceQueues(state, { type: "entry", data: entry("a", { priority: "high", name: "Ada" }) });
  assert.deepEqual([ids(state.queues), state.entries.map((one) => one.name)], [["que_a", "que_b"], ["Ada", "aa"]]);
  assert.equal(reduceQueues(state, { type: "of_a_newer_server", data: {} }), state);
  const emptied = reduceQueues(state, { type: "queue_gone", data: { id: "que_a" } });
  assert.deepEqual([ids(emptied.queues), ids(emptied.entries)], [["que_b"], ["aa"]]);
  assert.deepEqual(ids(reduceQueues(state, { type: "entry_gone", data: { id: "a" } }).entries), ["aa"]);
});

test("a reload and the stream lead to the same state, and nothing is there twice", () => {
  const rows = [entry("a"), entry("aa", { priority: "urgent" }), entry("aaa")];
  const streamed = rows.reduce((state, data) => reduceQueues(reduceQueues(state, { type: "entry", data }), { type: "entry", data }), queuesOf({}));
  assert.deepEqual(streamed, queuesOf({ entries: rows }));
});

test("an arrival is announced once; one that was put back and not acknowledged is announced again", () => {
  const before = queuesOf({ entries: [entry("a"), entry("aa", { state: "being_seen" })] });
  const after = queuesOf({ entries: [entry("a"), entry("aa"), entry("aaa"), entry("aaaa", { acknowledged: { by: "x", at: "" } })] });
  assert.deepEqual(ids(newcomers(before, after)), ["aa", "aaa"]);
  assert.deepEqual(ids(newcomers(null, after)), ["a", "aa", "aaa"]);
});

test("the sound is for arrivals one can acknowledge", () => {
  const state = queuesOf({ queues: [queue("que_a"), queue("que_b", { member: false })], entries: [entry("a"), entry("aa", { queue_id: "que_b" }), entry("aaa", { state: "on_hold" })] });
  assert.deepEqual(ids(unheard(state)), ["a"]);
});

test("next is the first who was not handed to somebody else", () => {
  const other = { user_id: "usr_x", name: "X" };
  const state = queuesOf({ entries: [entry("a", { for_user: other }), entry("aa"), entry("aaa", { queue_id: "que_b", priority: "urgent", for_user: { user_id: "usr_me", name: "Me" } })] });
  assert.deepEqual([nextFor(state, "usr_me")?.id, nextFor(state, "usr_me", "que_a")?.id, nextFor(state, "usr_x")?.id, nextFor(queuesOf({}), "usr_me")], ["aaa", "aa", "a", null]);
});

test("what is offered follows the state, and the front desk answers nobody", () => {
  assert.deepEqual(actsOf(entry("a"), "clinician"), ["answer", "message", "priority", "transfer", "no_show", "remove"]);
  assert.deepEqual(actsOf(entry("a"), "front_desk"), ["message", "priority", "transfer", "no_show", "remove"]);
  assert.deepEqual(actsOf(entry("a", { state: "being_seen" }), "clinician"), ["hold", "put_back", "transfer"]);
  assert.deepEqual(actsOf(entry("a", { state: "being_seen", called_at: "2030-01-01T10:00:00Z" }), "clinician"), ["keep_waiting", "put_back", "message", "transfer", "no_show"]);
  assert.deepEqual(actsOf(entry("a", { state: "on_hold" }), "front_desk"), ["message", "transfer"]);
  assert.deepEqual([actsOf(entry("a", { state: "done" }), "clinician"), mayAnswer("front_desk"), mayAnswer("responder")], [[], false, true]);
});

test("half an hour is a long wait; ages count birthdays", () => {
  const at = Date.parse("2030-01-01T10:00:00Z");
  assert.deepEqual([59, 60, 1799, 1800].map((seconds) => waitOf("2030-01-01T10:00:00Z", at + seconds * 1000).level), ["new", "waiting", "waiting", "long"]);
  assert.equal(waitOf("2030-01-01T10:00:00Z", at - 5000).lasted, 0, "the server's clock may be ahead of ours");
  assert.deepEqual([ageOn("1980-05-01", new Date(2026, 3, 30)), ageOn("1980-05-01", new Date(2026, 4, 1)), ageOn("2099-01-01", new Date(2026, 0, 1)), ageOn("", new Date())], [45, 46, null, null]);
});

test("Today's state holds the waiting rooms, also of a server that has none", () => {
  let state = reduceStaff(null, { type: "snapshot", state: { waiting: [], sessions: [], tasks: [] } });
  assert.deepEqual([state?.queues, state?.entries], [[], []]);
  const before = state;
  state = reduceStaff(state, { type: "queue", data: queue("que_a") });
  state = reduceStaff(state, { type: "entry", data: entry("a") });
  assert.deepEqual([ids(state?.queues ?? []), ids(state?.entries ?? [])], [["que_a"], ["a"]]);
  assert.ok(before && state);
  assert.deepEqual(arrivals(before, state).map((one) => "id" in one && one.id), ["a"]);
});
