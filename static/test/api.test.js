import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../core/api.js";

const answer = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });

function scripted(...steps) {
  const calls = [];
  const sleeps = [];
  const api = createApi({
    online: () => true,
    sleep: async (ms) => void sleeps.push(ms),
    fetch: async (url, init) => {
      calls.push({ url, ...init });
      const step = steps[Math.min(calls.length, steps.length) - 1];
      if (step instanceof Error) throw step;
      return step.clone();
    },
  });
  return { api, calls, sleeps };
}

test("sends JSON to /api/v1 and gives the answer's JSON", async () => {
  const { api, calls } = scripted(answer(200, { user: 1 }));
  assert.deepEqual(await api.post("/auth/login", { email: "a" }), { user: 1 });
  assert.equal(calls[0].url, "/api/v1/auth/login");
  assert.equal(calls[0].body, '{"email":"a"}');
});

test("a refusal is an ApiError with code, field and Retry-After", async () => {
  const { api } = scripted(answer(429, { error: { code: "too_many", message: "Wait.", field: "email" } }, { "Retry-After": "7" }));
  await assert.rejects(api.post("/auth/login", {}), { name: "ApiError", status: 429, code: "too_many", field: "email", retryAfter: 7 });
});

test("an answer that is not JSON is still typed", async () => {
  const { api } = scripted(new Response("<html>", { status: 502 }));
  await assert.rejects(api.post("/x", {}), { status: 502, code: "unavailable" });
});

test("repeats what is safe to repeat, with the same command_id", async () => {
  const { api, calls, sleeps } = scripted(new TypeError("failed"), answer(503, { error: { code: "unavailable", message: "" } }, { "Retry-After": "2" }), answer(200, {}));
  await api.post("/sessions", { command_id: "abcdefgh" });
  assert.equal(calls.length, 3);
  assert.equal(calls[0].body, calls[2].body);
  assert.deepEqual(sleeps, [300, 2000]);
});

test("does not repeat a POST without command_id, nor a refusal", async () => {
  const first = scripted(new TypeError("failed"));
  await assert.rejects(first.api.post("/auth/login", {}), { name: "NetworkError", code: "unreachable" });
  assert.equal(first.calls.length, 1);
  const second = scripted(answer(404, { error: { code: "not_found", message: "" } }));
  await assert.rejects(second.api.get("/today"), { code: "not_found" });
  assert.equal(second.calls.length, 1);
});

test("gives up after three repeats", async () => {
  const { api, calls } = scripted(new TypeError("failed"));
  await assert.rejects(api.get("/today"), { code: "unreachable" });
  assert.equal(calls.length, 4);
});

test("says when the device is offline, and when time is up", async () => {
  const hanging = (_url, init) => new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
  const offline = createApi({ online: () => false, fetch: async () => { throw new TypeError("x"); } });
  await assert.rejects(offline.post("/x", {}), { code: "offline" });
  const slow = createApi({ online: () => true, fetch: hanging });
  await assert.rejects(slow.post("/x", {}, { timeout: 5 }), { code: "timeout" });
});
