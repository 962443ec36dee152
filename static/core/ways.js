// Which ways lead from this network to the clinic: each is tried by itself, so that one that works does not hide one that does not.
// Nothing is sent over them; the server closes what it opened within seconds (docs/protocol.md section 1.14).

/** @typedef {"works" | "blocked" | "absent" | "unclear"} WayState `absent`: the server does not offer it; `unclear`: it could not be tried */
/** @typedef {{state: WayState, rttMs: number | null}} Way */
/** @typedef {"udp" | "tcp"} Transport */
/** @typedef {{url: string, state: WayState}} RelayWay */
/** @typedef {{rttMs: number | null, socket: WayState, udp: Way, tcp: Way, relay: RelayWay[]}} Findings */
/** @typedef {"good" | "slow" | "relay" | "socket" | "blocked" | "untested"} Verdict */

/**
 * @typedef {object} WayPorts
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} connect
 * @property {(sdp: string) => Promise<string>} ask the server's answer to an offer
 * @property {(ms: number) => Promise<void>} wait
 */

/** Milliseconds a way may take to come up: lost packets are sent again, and a round trip by satellite takes 0.7 s. */
const CONNECT_MS = 8_000;
/** Milliseconds a relay may take to answer. */
const RELAY_MS = 8_000;
/** Milliseconds between looks, and how many of them a measured round trip is waited for. */
const LOOK_MS = 100;
const RTT_LOOKS = 10;
/** A relay that is not there has this number in a browser's report (W3C WebRTC, icecandidateerror); smaller ones are its own words. */
const UNREACHABLE = 701;
/** No credential: strangers get none. A relay that says "unauthorised" is there. */
const NOBODY = { username: "0:check", credential: "none" };

/**
 * The answer with the candidates of one transport alone.
 * @param {string} sdp @param {Transport} transport
 */
export function onlyBy(sdp, transport) {
  return sdp.split("\r\n").filter((line) => !line.startsWith("a=candidate:") || line.split(" ")[2]?.toLowerCase() === transport).join("\r\n");
}

/** @param {RTCPeerConnection} peer @returns {Promise<number | null>} milliseconds of the pair in use, once measured */
async function roundTrip(peer) {
  let best = null;
  const report = /** @type {Iterable<[string, any]>} */ (/** @type {unknown} */ (await peer.getStats()));
  for (const [, entry] of report) {
    if (entry.type !== "candidate-pair" || entry.state !== "succeeded" || !(entry.currentRoundTripTime > 0)) continue;
    best = Math.min(best ?? Infinity, Math.round(entry.currentRoundTripTime * 1000));
  }
  return best;
}

/** @param {RTCPeerConnection} peer @param {WayPorts} ports */
async function comesUp(peer, ports) {
  for (let passed = 0; passed < CONNECT_MS; passed += LOOK_MS) {
    if (peer.connectionState === "connected") return true;
    if (peer.connectionState === "failed") return false;
    await ports.wait(LOOK_MS);
  }
  return false;
}

/**
 * Tries one transport to the media. Never rejects.
 * @param {Transport} transport @param {WayPorts} ports
 * @returns {Promise<Way>}
 */
export async function tryMedia(transport, ports) {
  /** @type {RTCPeerConnection | null} */
  let peer = null;
  try {
    peer = ports.connect({ bundlePolicy: "max-bundle", iceServers: [] });
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    const sdp = onlyBy(await ports.ask(peer.localDescription?.sdp ?? ""), transport);
    if (!sdp.includes("\na=candidate:")) return { state: "absent", rttMs: null };
    await peer.setRemoteDescription({ type: "answer", sdp });
    if (!(await comesUp(peer, ports))) return { state: "blocked", rttMs: null };
    let rttMs = await roundTrip(peer);
    for (let look = 0; rttMs === null && look < RTT_LOOKS; look += 1) {
      await ports.wait(LOOK_MS);
      rttMs = await roundTrip(peer);
    }
    return { state: "works", rttMs };
  } catch {
    return { state: "unclear", rttMs: null };
  } finally {
    peer?.close();
  }
}

/**
 * Asks the relay by one way whether it is there, without using it. Never rejects.
 * @param {string} url such as `turns:turn.example.org:443?transport=tcp`
 * @param {WayPorts} ports
 * @returns {Promise<RelayWay>}
 */
export async function tryRelay(url, ports) {
  /** @type {RTCPeerConnection | null} */
  let peer = null;
  /** @type {WayState | null} */
  let found = null;
  try {
    peer = ports.connect({ iceServers: [{ urls: [url], ...NOBODY }], iceTransportPolicy: "relay" });
    peer.addEventListener("icecandidateerror", (event) => {
      const { errorCode } = /** @type {RTCPeerConnectionIceErrorEvent} */ (event);
      // Several interfaces ask; one that gets an answer is enough.
      if (errorCode >= 300 && errorCode < UNREACHABLE) found = "works";
      else found ??= "blocked";
    });
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    for (let passed = 0; passed < RELAY_MS && found !== "works" && peer.iceGatheringState !== "complete"; passed += LOOK_MS) await ports.wait(LOOK_MS);
    const complete = peer.iceGatheringState === "complete";
    return { url, state: found ?? (complete ? "unclear" : "blocked") };
  } catch {
    return { url, state: "unclear" };
  } finally {
    peer?.close();
  }
}

/** What all findings together mean for a call. @param {Findings} found @returns {Verdict} */
export function verdictOf({ socket, udp, tcp, relay }) {
  const media = udp.state === "works" ? "good" : tcp.state === "works" ? "slow" : relay.some((way) => way.state === "works") ? "relay" : null;
  if (media === null) return udp.state === "unclear" || tcp.state === "unclear" ? "untested" : "blocked";
  return socket === "blocked" ? "socket" : media;
}

/** UDP, TCP or TLS: how one asks a relay at this address. @param {string} url */
export function relayTransport(url) {
  if (url.startsWith("turns:")) return "TLS";
  return url.endsWith("transport=tcp") ? "TCP" : "UDP";
}
