// The connection check: each way by itself, and what they mean together.
import assert from "node:assert/strict";
import test from "node:test";
import { onlyBy, relayTransport, tryMedia, tryRelay, verdictOf } from "../core/ways.js";
import { browserWords } from "../ui/pages/check/summary.js";

const ANSWER = ["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=candidate:1 1 udp 2130706431 192.0.2.1 10000 typ host", "a=candidate:2 1 tcp 2105458943 192.0.2.1 10000 typ host tcptype passive", "a=mid:0", ""].join("\r\n");

/** @param {{state?: string, errors?: number[], rtt?: number, gathering?: string}} [as] */
function ports({ state = "connected", errors = [], rtt = 0.02, gathering = "gathering" } = {}) {
  const seen = { configuration: /** @type {any} */ (null), remote: "", closed: 0, waited: 0 };
  class Peer extends EventTarget {
    connectionState = state;
    iceGatheringState = gathering;
    localDescription = { sdp: "offer" };
    addTransceiver() {}
    async createOffer() { return {}; }
    async setLocalDescription() {
      for (const errorCode of errors) this.dispatchEvent(Object.assign(new Event("icecandidateerror"), { errorCode }));
    }
    async setRemoteDescription(/** @type {any} */ { sdp }) { seen.remote = sdp; }
    async getStats() { return new Map([["p", { type: "candidate-pair", state: "succeeded", currentRoundTripTime: rtt }]]); }
    close() { seen.closed += 1; }
  }
  /** @type {any} */
  const made = { connect: (/** @type {any} */ configuration) => { seen.configuration = configuration; return new Peer(); }, ask: async () => ANSWER, wait: async (/** @type {number} */ ms) => { seen.waited += ms; } };
  return { made, seen };
}

test("keeps the candidates of one transport", () => {
  assert.deepEqual(onlyBy(ANSWER, "tcp").match(/a=candidate:\d+ 1 (\w+)/g), ["a=candidate:2 1 tcp"]);
  assert.deepEqual(onlyBy(ANSWER, "udp").match(/a=candidate:\d+ 1 (\w+)/g), ["a=candidate:1 1 udp"]);
  assert.match(onlyBy(ANSWER, "udp"), /a=mid:0\r\n$/);
});

test("a way works with its round trip, is blocked, is not offered, or could not be tried; the connection is always closed", async () => {
  const fine = ports();
  assert.deepEqual(await tryMedia("udp", fine.made), { state: "works", rttMs: 20 });
  assert.doesNotMatch(fine.seen.remote, / tcp /);
  assert.deepEqual(fine.seen.configuration.iceServers, []);
  const shut = ports({ state: "connecting" });
  assert.equal((await tryMedia("udp", shut.made)).state, "blocked");
  assert.ok(shut.seen.waited >= 5_000);
  assert.equal((await tryMedia("tcp", ports({ state: "failed" }).made)).state, "blocked");
  const absent = ports();
  absent.made.ask = async () => onlyBy(ANSWER, "udp");
  assert.equal((await tryMedia("tcp", absent.made)).state, "absent");
  const busy = ports();
  busy.made.ask = async () => { throw new Error("503"); };
  assert.equal((await tryMedia("udp", busy.made)).state, "unclear");
  assert.deepEqual([fine, shut, absent, busy].map((one) => one.seen.closed), [1, 1, 1, 1]);
});

test("a relay that refuses is there; one that nobody hears is not", async () => {
  const url = "turns:turn.example.org:443?transport=tcp";
  const there = ports({ errors: [701, 401] });
  assert.deepEqual(await tryRelay(url, there.made), { url, state: "works" });
  assert.equal(there.seen.configuration.iceTransportPolicy, "relay");
  assert.equal((await tryRelay(url, ports({ errors: [701], gathering: "complete" }).made)).state, "blocked");
  assert.equal((await tryRelay(url, ports().made)).state, "blocked");
  assert.equal((await tryRelay(url, ports({ gathering: "complete" }).made)).state, "unclear");
  assert.deepEqual(["turn:a:1?transport=udp", "turn:a:1?transport=tcp", url].map(relayTransport), ["UDP", "TCP", "TLS"]);
});

test("the verdict names the best way that works", () => {
  const way = (/** @type {any} */ state) => ({ state, rttMs: null });
  const of = (/** @type {any} */ udp, /** @type {any} */ tcp, /** @type {any} */ relay = [], /** @type {any} */ socket = "works") =>
    verdictOf({ rttMs: 1, socket, udp: way(udp), tcp: way(tcp), relay: relay.map((/** @type {any} */ state) => ({ url: "", state })) });
  assert.equal(of("works", "blocked"), "good");
  assert.equal(of("blocked", "works"), "slow");
  assert.equal(of("blocked", "blocked", ["blocked", "works"]), "relay");
  assert.equal(of("blocked", "absent", ["blocked"]), "blocked");
  assert.equal(of("unclear", "unclear"), "untested");
  assert.equal(of("works", "works", [], "blocked"), "socket");
});

test("browsers are named by family, version and system alone", () => {
  assert.match(browserWords("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"), /^Edge 141, Windows$/);
  assert.match(browserWords("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), /^Firefox 140, Linux$/);
  assert.match(browserWords("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"), /^Safari 17, iOS$/);
});
