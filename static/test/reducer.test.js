import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_CHAT, reduce } from "../core/reducer.js";

const person = (id, more = {}) => ({ id, name: id, role: "patient", state: "waiting", since: null, media: {}, tracks: [], video_paused: false, ...more });
const base = () => ({
  you: { participant_id: "a", role: "clinician", state: "connected", can: [] },
  clinic: {},
  session: { id: "s" },
  participants: [person("a")],
  moves: [],
  chat: [],
  policy: { max_video_bitrate: 1 },
});

test("a snapshot replaces all, and nothing counts before it", () => {
  const state = base();
  assert.equal(reduce(null, { type: "policy", data: { max_video_bitrate: 2 } }), null);
  assert.equal(reduce(base(), { type: "snapshot", state }), state);
});

test("participants are added, replaced in place and removed", () => {
  let state = reduce(base(), { type: "participant", data: person("b") });
  state = reduce(state, { type: "participant", data: person("a", { state: "left" }) });
  assert.deepEqual(state.participants.map((one) => [one.id, one.state]), [["a", "left"], ["b", "waiting"]]);
  state = reduce(state, { type: "participant_gone", data: { id: "a" } });
  assert.deepEqual(state.participants.map((one) => one.id), ["b"]);
});

test("the same chat message twice is one message, and memory is bounded", () => {
  const message = { id: "m1", participant_id: "a", name: "a", body: "x", at: "", command_id: "c" };
  let state = reduce(base(), { type: "chat", data: message });
  state = reduce(state, { type: "chat", data: message });
  assert.equal(state.chat.length, 1);
  for (let count = 0; count < MAX_CHAT + 5; count += 1) state = reduce(state, { type: "chat", data: { ...message, id: `n${count}` } });
  assert.equal(state.chat.length, MAX_CHAT);
});

test("move requests come and go", () => {
  let state = reduce({ ...base(), moves: undefined }, { type: "move", data: { request_id: "r", participant_id: "a", at: "" } });
  assert.equal(state.moves.length, 1);
  state = reduce(state, { type: "move_gone", data: { request_id: "r" } });
  assert.equal(state.moves.length, 0);
});

for (const type of ["you", "session", "policy"]) {
  test(`${type} replaces its part and nothing else`, () => {
    const before = base();
    const data = { mark: type };
    const after = reduce(before, { type, data });
    assert.equal(after[type], data);
    assert.deepEqual({ ...after, [type]: before[type] }, before);
  });
}

test("messages that end something, and unknown ones, leave the state as it is", () => {
  const state = base();
  for (const type of ["media_reset", "replaced", "goodbye", "from_the_future"]) assert.equal(reduce(state, { type, data: {} }), state);
});

test("nothing is changed in place", () => {
  const state = base();
  const copy = structuredClone(state);
  reduce(state, { type: "participant", data: person("b") });
  reduce(state, { type: "participant", data: person("a", { state: "left" }) });
  assert.deepEqual(state, copy);
});
