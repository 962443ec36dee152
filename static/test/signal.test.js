import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NetworkError } from "../core/api.js";
import { Signal } from "../core/signal.js";
import { FakeClock, FakeSocket, settle } from "./fakes.js";

function harness({ fetchTicket } = {}) {
  const clock = new FakeClock();
  const sockets = [];
  let tickets = 0;
  const seen = { states: [], messages: [] };
  const signal = new Signal({
    clock,
    random: () => 0.5,
    fetchTicket: fetchTicket ?? (async () => `ticket-${++tickets}`),
    connect: (payload) => {
      const socket = new FakeSocket(payload);
      sockets.push(socket);
      return socket;
    },
  });
  signal.on("state", (state) => seen.states.push(state));
  signal.on("message", (message) => seen.messages.push(message));
  return { clock, sockets, signal, seen };
}

async function online(h) {
  h.signal.start();
  await settle();
  h.sockets.at(-1).receive("connect");
  h.sockets.at(-1).receive("snapshot", { epoch: "e1", sequence: 5, state: { chat: [] } });
}

test("connects with a ticket, takes the snapshot, then follows the stream", async () => {
  const h = harness();
  await online(h);
  h.sockets[0].receive("stream", { epoch: "e1", sequence: 6, type: "policy", at: "", data: { max_video_bitrate: 1 } });
  assert.deepEqual(h.sockets[0].payload, { protocol: 1, ticket: "ticket-1" });
  assert.deepEqual(h.seen.messages.map((message) => message.type), ["snapshot", "policy"]);
  assert.equal(h.signal.state, "online");
});

test("resumes after a lost connection with a fresh ticket", async () => {
  const h = harness();
  await online(h);
  h.sockets[0].receive("disconnect", "ping timeout");
  await h.clock.advance(0);
  assert.deepEqual(h.sockets[1].payload, { protocol: 1, ticket: "ticket-2", resume: { epoch: "e1", sequence: 5 } });
  h.sockets[1].receive("connect");
  assert.deepEqual(h.seen.states, ["online", "reconnecting", "online"]);
});

test("skips what it has seen and reconnects without resume on a gap", async () => {
  const h = harness();
  await online(h);
  h.sockets[0].receive("stream", { epoch: "e1", sequence: 5, type: "policy", data: {} });
  assert.equal(h.seen.messages.length, 1);
  h.sockets[0].receive("stream", { epoch: "e1", sequence: 8, type: "policy", data: {} });
  assert.equal(h.sockets[0].closed, true);
  await h.clock.advance(0);
  assert.equal(h.sockets[1].payload.resume, undefined);
});

test("another epoch means everything is asked for again", async () => {
  const h = harness();
  await online(h);
  h.sockets[0].receive("stream", { epoch: "e2", sequence: 6, type: "policy", data: {} });
  await h.clock.advance(0);
  assert.equal(h.sockets[1].payload.resume, undefined);
});

test("waits 0, 0.3, 1.2, 2.7, 4.8 and again 4.8 seconds between tries", async () => {
  const times = [];
  const h = harness({
    fetchTicket: async () => {
      times.push(h.clock.now());
      throw new NetworkError("unreachable");
    },
  });
  h.signal.start();
  await h.clock.advance(16_000);
  assert.deepEqual(times, [0, 0, 300, 1500, 4200, 9000, 13_800]);
});

test("a connection that never completes is given up", async () => {
  const h = harness();
  h.signal.start();
  await h.clock.advance(8_000);
  assert.equal(h.sockets[0].closed, true);
  assert.equal(h.sockets.length, 2);
});

test("events of an abandoned connection are ignored", async () => {
  const h = harness();
  await online(h);
  h.signal.renew();
  await h.clock.advance(0);
  h.sockets[0].receive("stream", { epoch: "e1", sequence: 6, type: "policy", data: {} });
  h.sockets[0].receive("disconnect");
  assert.equal(h.seen.messages.length, 1);
  assert.equal(h.sockets.length, 2);
});

for (const [type, data, state, reason] of [
  ["replaced", {}, "replaced", null],
  ["goodbye", { reason: "removed" }, "ended", "removed"],
]) {
  test(`${type} is final`, async () => {
    const h = harness();
    await online(h);
    h.sockets[0].receive("stream", { epoch: "e1", sequence: 6, type, data });
    h.sockets[0].receive("disconnect");
    await h.clock.advance(60_000);
    assert.equal(h.signal.state, state);
    assert.equal(h.signal.reason, reason);
    assert.equal(h.sockets.length, 1);
    assert.equal(h.clock.pending, 0);
  });
}

test("a refusal that no retry can change ends it; a bad ticket does not", async () => {
  const h = harness();
  h.signal.start();
  await settle();
  h.sockets[0].receive("connect_error", new Error("bad_ticket"));
  await h.clock.advance(0);
  assert.equal(h.sockets.length, 2);
  h.sockets[1].receive("connect_error", new Error("visit_ended"));
  assert.equal(h.signal.state, "ended");
  assert.equal(h.signal.reason, "visit_ended");
});

test("no seat, no retry", async () => {
  const h = harness({ fetchTicket: async () => { throw new ApiError(410, "removed", ""); } });
  h.signal.start();
  await h.clock.advance(60_000);
  assert.equal(h.signal.reason, "removed");
});

test("a command keeps its id over a reconnect and settles once", async () => {
  const h = harness();
  await online(h);
  const done = h.signal.command("chat", { body: "hello" });
  const first = h.sockets[0].sent[0];
  h.sockets[0].receive("disconnect");
  await h.clock.advance(0);
  h.sockets[1].receive("connect");
  const second = h.sockets[1].sent[0];
  assert.deepEqual(first.body, second.body);
  second.ack({ ok: true, result: { message: 1 } });
  assert.deepEqual(await done, { message: 1 });
});

test("a command is sent again when no acknowledgement comes, and fails in the end", async () => {
  const h = harness();
  await online(h);
  const done = h.signal.command("admit", { participant_id: "par_1" });
  const failed = assert.rejects(done, { code: "timeout" });
  await h.clock.advance(9_000);
  assert.equal(h.sockets[0].sent.length, 3);
  assert.equal(new Set(h.sockets[0].sent.map((one) => one.body.command_id)).size, 1);
  await h.clock.advance(20_000);
  await failed;
});

test("a refused command carries the server's code", async () => {
  const h = harness();
  await online(h);
  const done = h.signal.command("admit", {});
  h.sockets[0].sent[0].ack({ ok: false, error: { code: "conflict", message: "Too late." } });
  await assert.rejects(done, { code: "conflict", message: "Too late." });
});

test("stop leaves no timer and fails what is pending", async () => {
  const h = harness();
  await online(h);
  const done = assert.rejects(h.signal.command("leave"), { code: "closed" });
  h.signal.stop();
  await done;
  assert.equal(h.clock.pending, 0);
  assert.equal(h.sockets[0].closed, true);
});

test("what is told is not kept while offline", async () => {
  const h = harness();
  h.signal.tell("typing");
  await online(h);
  assert.equal(h.sockets[0].sent.length, 0);
  h.signal.tell("typing");
  assert.equal(h.sockets[0].sent[0].event, "typing");
});
