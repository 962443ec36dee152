import assert from "node:assert/strict";
import { test } from "node:test";
import { troubles } from "../ui/pages/today/device_verdict.js";
import { arrivals, reduceStaff } from "../ui/pages/today/staff_state.js";

/** @param {string} id @param {object} [more] */
const entry = (id, more = {}) => /** @type {any} */ ({ participant_id: id, session_id: "ses", name: id, reason: null, state: "waiting", since: `2030-01-01T10:0${id.length}:00Z`, device: null, acknowledged: false, ...more });
const EMPTY = { waiting: [], sessions: [], tasks: [], queues: [], entries: [] };

test("nothing happens before the first snapshot", () => {
  assert.equal(reduceStaff(null, { type: "waiting", data: entry("a") }), null);
});

test("who waits longest stands first; an update replaces; gone is gone", () => {
  let state = reduceStaff(null, { type: "snapshot", state: { ...EMPTY, waiting: [entry("aa"), entry("a")] } });
  assert.deepEqual(state?.waiting.map((one) => one.participant_id), ["a", "aa"]);
  state = reduceStaff(state, { type: "waiting", data: entry("a", { acknowledged: true }) });
  assert.deepEqual(state?.waiting.map((one) => one.acknowledged), [true, false]);
  state = reduceStaff(state, { type: "waiting_gone", data: { participant_id: "a" } });
  assert.deepEqual(state?.waiting.map((one) => one.participant_id), ["aa"]);
});

test("sessions and tasks come and go by their keys", () => {
  const row = { id: "s1", kind: "scheduled", state: "open", patient_name: null, reason: null, created_at: "2030-01-01T10:00:00Z", started_at: null, people: 0, mine: true };
  let state = reduceStaff(EMPTY, { type: "session_row", data: row });
  state = reduceStaff(state, { type: "session_row", data: { ...row, people: 2 } });
  assert.deepEqual(state?.sessions.map((one) => one.people), [2]);
  state = reduceStaff(state, { type: "task", data: { kind: "outcome", session_id: "s1", patient_name: null, since: "" } });
  state = reduceStaff(state, { type: "task", data: { kind: "link_wanted", session_id: "s1", patient_name: null, since: "" } });
  state = reduceStaff(state, { type: "task_gone", data: { kind: "outcome", session_id: "s1" } });
  assert.deepEqual(state?.tasks.map((one) => one.kind), ["link_wanted"]);
  state = reduceStaff(state, { type: "session_gone", data: { id: "s1" } });
  assert.deepEqual(state?.sessions, []);
  assert.equal(reduceStaff(state, { type: "follow_ups_more", data: { count: 37 } })?.follow_ups_more, 37);
  assert.equal(reduceStaff(state, { type: "of_a_newer_server", data: {} }), state);
});

test("an arrival is new, and acknowledged by nobody", () => {
  const before = { ...EMPTY, waiting: [entry("a")] };
  const after = { ...EMPTY, waiting: [entry("a"), entry("bb"), entry("ccc", { acknowledged: true })] };
  assert.deepEqual(arrivals(before, after).map((one) => one.participant_id), ["bb"]);
  assert.deepEqual(arrivals(null, after).map((one) => one.participant_id), ["a", "bb"]);
});

test("device troubles are named one by one", () => {
  const fine = /** @type {const} */ ({ camera: "ok", microphone: "ok", speaker: "untested", network: "good" });
  assert.deepEqual(troubles(fine), []);
  assert.deepEqual(troubles({ ...fine, camera: "refused", network: "blocked" }).map((one) => one.key), ["today.no_camera", "today.blocked_network"]);
});
