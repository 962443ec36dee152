import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NetworkError } from "../core/api.js";
import { Peer } from "../core/peer.js";
import { Relay } from "../core/relay.js";
import { FakeConnection } from "./fake_connection.js";
import { FakeClock, FakeTrack, settle } from "./fakes.js";

const ice = (name) => ({ servers: [{ urls: ["turn:turn.example.org:3478?transport=udp"], username: name, credential: "c" }], expires_in: 600 });

function harness() {
  const clock = new FakeClock();
  const h = { clock, asked: 0, fail: null, late: 0, utc: 0 };
  h.relay = new Relay({
    clock,
    utcNow: () => h.utc + clock.time,
    ask: async () => {
      h.asked += 1;
      if (h.fail) throw h.fail;
      return ice(`renewed ${h.asked}`);
    },
  });
  h.relay.onLateRenewal = () => { h.late += 1; };
  return h;
}

test("without a relay nothing is asked and nothing is given", async () => {
  const h = harness();
  h.relay.take(undefined);
  h.relay.take({ servers: [], expires_in: 0 });
  h.relay.woke();
  await h.clock.advance(3_600_000);
  assert.deepEqual([h.relay.servers, h.asked, h.clock.pending], [[], 0, 0]);
});

test("a credential is renewed at half of its life, until all is over", async () => {
  const h = harness();
  h.relay.take(ice("first"));
  await h.clock.advance(299_000);
  assert.deepEqual([h.asked, h.relay.servers[0].username], [0, "first"]);
  await h.clock.advance(1_000);
  assert.deepEqual([h.asked, h.relay.servers[0].username], [1, "renewed 1"]);
  await h.clock.advance(600_000);
  assert.equal(h.asked, 3);
  h.relay.stop();
  await h.clock.advance(3_600_000);
  assert.deepEqual([h.asked, h.late], [3, 0]);
});

test("an unreachable server is asked again, one that says no is not", async () => {
  const h = harness();
  h.relay.take(ice("first"));
  h.fail = new NetworkError("offline");
  await h.clock.advance(300_000 + 40_000);
  assert.equal(h.asked, 3);
  h.fail = new ApiError(410, "visit_ended", "");
  await h.clock.advance(3_600_000);
  assert.equal(h.asked, 4);
});

test("after a sleep a new credential is asked for at once, and told when the old one has ended", async () => {
  const h = harness();
  h.relay.take(ice("first"));
  h.utc = 100_000;
  h.relay.woke();
  assert.equal(h.asked, 0);
  h.utc = 900_000; // timers stood still meanwhile
  h.relay.woke();
  h.relay.woke();
  await settle();
  assert.deepEqual([h.asked, h.late, h.relay.servers[0].username], [1, 1, "renewed 1"]);
});

test("a connection begins with the relay of the moment, and takes a new credential only with a restart", async () => {
  const clock = new FakeClock();
  let servers = ice("first").servers;
  const made = [];
  const peer = new Peer({
    clock,
    capabilities: () => ({ codecs: [] }),
    iceServers: () => servers,
    createConnection: (configuration) => {
      const connection = new FakeConnection();
      connection.configuration = configuration;
      connection.getConfiguration = () => connection.configuration;
      connection.setConfiguration = (next) => { connection.configuration = next; };
      made.push(connection);
      return connection;
    },
    postOffer: async (offer) => ({ attempt: offer.attempt, offer: offer.offer, sdp: "", publish: [], refused: [] }),
    negotiated: () => {},
  });
  peer.publish("microphone", new FakeTrack("audio"));
  peer.start();
  await clock.advance(0);
  made[0].become("connected");
  const name = () => made[0].configuration.iceServers[0].username;
  assert.deepEqual([made[0].configuration.bundlePolicy, name()], ["max-bundle", "first"]);
  servers = ice("second").servers;
  peer.publish("camera", new FakeTrack("video"));
  await clock.advance(200);
  assert.deepEqual([made[0].written, made[0].restarts, name()], [2, 0, "first"]);
  peer.networkChanged();
  await clock.advance(200);
  assert.deepEqual([made[0].restarts, name(), made[0].configuration.bundlePolicy], [1, "second", "max-bundle"]);
  peer.close();
});
