import assert from "node:assert/strict";
import { test } from "node:test";
import { callersApart } from "../ui/call/callers_apart.js";

/** @param {string} id @param {Record<string, unknown>} [changed] @returns {any} */
const caller = (id, changed = {}) => ({ participant_id: id, name: `Caller ${id}`, opened_at: "2026-11-23T12:00:00Z", revoked: false, is_here: true, ...changed });

test("one of several callers can be written to alone", () => {
  const incident = { callers: [caller("a"), caller("b", { is_here: false }), caller("c", { revoked: true }), caller("d", { opened_at: null })] };
  assert.deepEqual(callersApart(incident), [{ value: "a", label: "Caller a" }, { value: "b", label: "Caller b" }]);
});

test("a single caller is everybody", () => {
  assert.deepEqual(callersApart({ callers: [caller("a"), caller("b", { revoked: true })] }), []);
  assert.deepEqual(callersApart(null), []);
});
