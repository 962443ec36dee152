/** Will the call get through? Round-trip time by HTTP, and a PeerConnection of its own to the media port that carries nothing. */
import { ApiError, api } from "../../../core/api.js";

/** @typedef {{network: "good" | "poor" | "blocked" | "untested", rtt_ms: number | null}} ProbeVerdict */

/** Milliseconds the media path may take to come up before it counts as blocked. */
const CONNECT_MS = 5_000;
/** Milliseconds of round trip above which people talk over each other (ITU-T G.114: 400 ms one way at most). */
const SLOW_RTT_MS = 400;
const RTT_SAMPLES = 3;

/** @returns {Promise<number>} the best of a few round trips, milliseconds: the others waited for something */
async function roundTrip() {
  let best = Infinity;
  for (let sample = 0; sample < RTT_SAMPLES; sample += 1) {
    const start = performance.now();
    await api.get("/version", { retry: false, timeout: CONNECT_MS });
    best = Math.min(best, performance.now() - start);
  }
  return Math.round(best);
}

/**
 * @param {RTCPeerConnection} peer
 * @returns {Promise<boolean>} whether ICE and DTLS came up in time
 */
function connected(peer) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_MS);
    const look = () => {
      const state = peer.connectionState;
      if (state !== "connected" && state !== "failed") return;
      clearTimeout(timer);
      resolve(state === "connected");
    };
    peer.addEventListener("connectionstatechange", look);
    look();
  });
}

/** @param {string} sessionId @param {RTCIceServer[]} iceServers @returns {Promise<boolean>} */
async function mediaPathOpens(sessionId, iceServers) {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
  try {
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await api.post(`/sessions/${sessionId}/probe`, { sdp: peer.localDescription?.sdp ?? "" });
    await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    return await connected(peer);
  } finally {
    peer.close();
  }
}

/**
 * Never rejects: trouble is a verdict. `untested` when the server could not be asked.
 * @param {string} sessionId
 * @param {() => RTCIceServer[]} iceServers the relay, once it is known
 * @returns {Promise<ProbeVerdict>}
 */
export async function probeNetwork(sessionId, iceServers) {
  /** @type {number | null} */
  let rtt = null;
  try {
    rtt = await roundTrip();
    if (!(await mediaPathOpens(sessionId, iceServers()))) return { network: "blocked", rtt_ms: rtt };
    return { network: rtt > SLOW_RTT_MS ? "poor" : "good", rtt_ms: rtt };
  } catch (error) {
    // A refusal of our own server says nothing about the network; an exception of WebRTC does.
    return { network: error instanceof DOMException ? "blocked" : "untested", rtt_ms: error instanceof ApiError ? rtt : null };
  }
}
