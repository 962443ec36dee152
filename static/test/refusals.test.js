import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../core/api.js";
import { onRefusal } from "../core/refusals.js";

/** A server that refuses with `code` until `open` is called; it counts the requests. */
function guarded(code) {
  const state = { open: false, asked: 0 };
  const fetch = async () => {
    state.asked += 1;
    if (state.open) return new Response("{}", { status: 200 });
    return new Response(JSON.stringify({ error: { code, message: "" } }), { status: 403 });
  };
  return { state, api: createApi({ fetch, sleep: async () => {}, online: () => true }) };
}

test("a refusal a person can lift is asked for once, and every request goes out again", async () => {
  const { state, api } = guarded("proof_needed");
  let questions = 0;
  onRefusal("proof_needed", async () => {
    questions += 1;
    await new Promise((done) => setTimeout(done, 5));
    state.open = true;
    return true;
  });
  await Promise.all([api.post("/a"), api.post("/b"), api.get("/c")]);
  assert.deepEqual([questions, state.asked], [1, 6]);
});

test("a refusal nobody lifts comes back, and a second one is not asked about", async () => {
  const { state, api } = guarded("proof_needed");
  onRefusal("proof_needed", async () => false);
  await assert.rejects(api.post("/a"), { code: "proof_needed" });
  assert.equal(state.asked, 1);
  onRefusal("proof_needed", async () => true); // lifted, and refused all the same
  await assert.rejects(api.post("/a"), { code: "proof_needed" });
  assert.equal(state.asked, 3);
});

test("other refusals, and requests that want them plain, are given back as they come", async () => {
  const other = guarded("not_allowed");
  await assert.rejects(other.api.post("/a"), { code: "not_allowed" });
  const { state, api } = guarded("proof_needed");
  onRefusal("proof_needed", async () => assert.fail("asked"));
  await assert.rejects(api.post("/a", {}, { plain: true }), { code: "proof_needed" });
  assert.deepEqual([other.state.asked, state.asked], [1, 1]);
});
