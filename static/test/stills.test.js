import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf } from "../core/stills/kind.js";
import { LEAST_BYTES, MOST_BYTES, SHARE, mayGo, pieceBytes, pieceMs } from "../core/stills/pace.js";
import { StillUpload } from "../core/stills/upload.js";

/** A tus server of memory, on a clock that moves only when somebody sleeps. */
function fakeServer({ size = 60_000, estimate = 400_000 } = {}) {
  const world = {
    now: 0, offset: 0, requests: /** @type {{method: string, bytes: number, at: number}[]} */ ([]),
    told: /** @type {import("../core/stills/pace.js").Told | null} */ ({ estimate, go: true, at: 0 }),
    fails: /** @type {((method: string) => Response | Error | null)} */ (() => null),
    onSleep: () => {},
  };
  const answer = (/** @type {number} */ status, /** @type {Record<string, string>} */ headers = {}, /** @type {unknown} */ body = null) =>
    new Response(body === null ? null : JSON.stringify(body), { status, headers });
  const ports = {
    now: () => world.now,
    sleep: async (/** @type {number} */ ms) => {
      world.now += ms;
      world.onSleep();
      if (world.told) world.told = { ...world.told, at: world.now };
    },
    fetch: async (/** @type {string} */ _url, /** @type {RequestInit} */ init) => {
      const method = init.method ?? "GET";
      const bytes = init.body instanceof Blob ? init.body.size : 0;
      world.requests.push({ method, bytes, at: world.now });
      world.now += 20;
      const fault = world.fails(method);
      if (fault instanceof Error) throw fault;
      if (fault) return fault;
      if (method === "POST") return answer(201, { Location: "/api/v1/sessions/ses_1/stills/stl_1" });
      if (method === "PATCH") {
        const at = Number(/** @type {Record<string, string>} */ (init.headers)["Upload-Offset"]);
        if (at !== world.offset) return answer(409, { "Upload-Offset": String(world.offset) }, { error: { code: "wrong_offset" } });
        world.offset += bytes;
      }
      return answer(204, { "Upload-Offset": String(world.offset), ...(world.offset === size ? { "Telemed-Still-Sha256": "ab".repeat(32) } : {}) });
    },
  };
  const facts = { commandId: "command-1", takenAt: "2026-11-23T12:00:00Z", stillId: null, kind: "image/jpeg", url: null };
  const upload = new StillUpload({ base: "/b", blob: new Blob([new Uint8Array(size)]), facts, pace: () => world.told, ports });
  return { world, upload, answer };
}

test("a picture goes piece by piece and ends with its check sum", async () => {
  const { world, upload } = fakeServer();
  await upload.run();
  assert.equal(upload.progress.state, "done");
  assert.equal(upload.progress.sha256, "ab".repeat(32));
  assert.ok(world.requests.every((one) => one.bytes <= MOST_BYTES));
});

test("it takes no more than its share of what gets through", async () => {
  const { world, upload } = fakeServer({ size: 100_000, estimate: 200_000 });
  await upload.run();
  assert.ok((100_000 * 8) / (world.now / 1000) <= SHARE * 200_000);
});

test("pieces fit the line", () => {
  assert.equal(pieceBytes({ estimate: 50_000_000, go: true, at: 0 }), MOST_BYTES);
  assert.equal(pieceBytes({ estimate: 10_000, go: true, at: 0 }), LEAST_BYTES);
  assert.ok(pieceBytes({ estimate: 200_000, go: true, at: 0 }) <= 2_000);
  assert.ok(pieceMs({ estimate: 200_000, go: true, at: 0 }, 2_000) >= 260);
});

test("nothing is sent while the voice waits, nor when the server is silent", async () => {
  const { world, upload } = fakeServer();
  world.told = { estimate: 400_000, go: false, at: 0 };
  let sleeps = 0;
  world.onSleep = () => {
    sleeps += 1;
    if (sleeps === 1) assert.equal(upload.progress.waiting, "sound");
    if (sleeps === 8) world.told = { estimate: 400_000, go: true, at: world.now };
  };
  await upload.run();
  assert.ok((world.requests[0]?.at ?? 0) >= 8 * 250);
  assert.ok(mayGo(null, 0) && !mayGo({ estimate: 1, go: true, at: 0 }, 6_001) && !mayGo({ estimate: 1, go: false, at: 0 }, 0));
});

test("a cut is asked about and gone on from", async () => {
  const { world, upload } = fakeServer();
  let count = 0;
  const seen = new Set();
  upload.on("progress", (progress) => seen.add(progress.waiting));
  world.fails = (method) => {
    count += 1;
    if (method === "PATCH" && count === 3) world.offset += pieceBytes(world.told); // It came, and its answer did not.
    return count >= 3 && count < 7 ? new Error("cut") : null;
  };
  await upload.run();
  assert.equal(upload.progress.state, "done");
  assert.ok(seen.has("network"));
  assert.ok(world.requests.some((one) => one.method === "HEAD"));
  assert.equal(world.offset, 60_000);
});

test("on hold it waits, and goes on afterwards", async () => {
  const { world, upload, answer } = fakeServer();
  let refused = 0;
  world.fails = (method) => (method === "PATCH" && refused < 3 && (refused += 1) ? answer(403, {}, { error: { code: "not_allowed" } }) : null);
  await upload.run();
  assert.equal(upload.progress.state, "done");
});

test("a refusal is told by its code", async () => {
  const { world, upload, answer } = fakeServer();
  world.fails = (method) => (method === "PATCH" ? answer(415, {}, { error: { code: "still_heic" } }) : null);
  await upload.run();
  assert.deepEqual([upload.progress.state, upload.progress.fault], ["failed", "still_heic"]);
});

test("calling it off tells the server, and nothing more is sent", async () => {
  const { world, upload } = fakeServer();
  upload.on("progress", (progress) => { if (progress.sent > 20_000) void upload.cancel(); });
  await upload.run();
  assert.equal(upload.progress.state, "cancelled");
  assert.equal(world.requests.at(-1)?.method, "DELETE");
});

test("a page that was loaded again asks first", async () => {
  const { world, upload } = fakeServer();
  world.offset = 40_000;
  upload.url = "/api/v1/sessions/ses_1/stills/stl_1";
  upload.askFirst();
  await upload.run();
  assert.equal(world.requests[0]?.method, "HEAD");
  assert.equal(world.requests.reduce((sum, one) => sum + one.bytes, 0), 20_000);
});

test("files are known by their first bytes", async () => {
  const blob = (/** @type {number[]} */ ...bytes) => new Blob([new Uint8Array([...bytes, ...new Array(20).fill(0)])]);
  const letters = (/** @type {string} */ text) => [...text].map((one) => one.charCodeAt(0));
  assert.deepEqual(await kindOf(blob(0xff, 0xd8, 0xff, 0xe0)), { kind: "image/jpeg" });
  assert.deepEqual(await kindOf(blob(0x89, ...letters("PNG"))), { kind: "image/png" });
  assert.deepEqual(await kindOf(blob(...letters("RIFF"), 0, 0, 0, 0, ...letters("WEBP"))), { kind: "image/webp" });
  assert.deepEqual(await kindOf(blob(0, 0, 0, 24, ...letters("ftypheic"))), { fault: "still_heic" });
  assert.deepEqual(await kindOf(blob(...letters("%PDF-1.7"))), { fault: "still_not_a_picture" });
});
