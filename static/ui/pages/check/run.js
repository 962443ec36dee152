/** Runs the connection check: one way after the other, each told as soon as it is known. */
import { useEffect, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { tryMedia, tryRelay } from "../../../core/ways.js";

/** @typedef {import("../../../core/ways.js").Findings} Findings */
/** @typedef {import("../../../core/ways.js").WayState} WayState */
/** @typedef {Partial<Findings>} SoFar */
/** @typedef {{found: SoFar, done: boolean, again: () => void}} Run */

const RTT_SAMPLES = 3;
const TIMEOUT_MS = 8_000;

/** @type {import("../../../core/ways.js").WayPorts} */
const ports = {
  connect: (configuration) => new RTCPeerConnection(configuration),
  ask: async (sdp) => (await api.post("/check/probe", { sdp })).sdp,
  wait: (ms) => new Promise((resolve) => { setTimeout(resolve, ms); }),
};

/** @returns {Promise<number | null>} the best of a few round trips by HTTPS, milliseconds */
async function pageRoundTrip() {
  let best = Infinity;
  try {
    for (let sample = 0; sample < RTT_SAMPLES; sample += 1) {
      const start = performance.now();
      await api.get("/version", { retry: false, timeout: TIMEOUT_MS });
      best = Math.min(best, performance.now() - start);
    }
  } catch {
    // What was measured so far counts.
  }
  return Number.isFinite(best) ? Math.max(1, Math.round(best)) : null;
}

/** Whether a WebSocket opens and the server speaks first on it. @returns {Promise<WayState>} */
function trySocket() {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`);
    /** @param {WayState} state */
    const end = (state) => {
      clearTimeout(timer);
      resolve(state);
      socket.close();
    };
    const timer = setTimeout(() => end("blocked"), TIMEOUT_MS);
    socket.onmessage = () => end("works");
    socket.onerror = () => end("blocked");
    socket.onclose = () => end("blocked");
  });
}

/** @returns {Promise<{relay: string[]}>} */
async function ways() {
  try {
    return await api.get("/check");
  } catch (error) {
    if (error instanceof ApiError) return { relay: [] };
    throw error;
  }
}

/** @param {(part: SoFar) => void} tell @param {() => boolean} goesOn */
async function run(tell, goesOn) {
  tell({ rttMs: await pageRoundTrip() });
  if (goesOn()) tell({ socket: await trySocket() });
  if (goesOn()) tell({ udp: await tryMedia("udp", ports) });
  if (goesOn()) tell({ tcp: await tryMedia("tcp", ports) });
  const { relay } = goesOn() ? await ways() : { relay: [] };
  if (goesOn()) tell({ relay: await Promise.all(relay.map((url) => tryRelay(url, ports))) });
}

/** @returns {Run} */
export function useRun() {
  const [turn, setTurn] = useState(0);
  const [found, setFound] = useState(/** @type {SoFar} */ ({}));
  const [done, setDone] = useState(false);
  useEffect(() => {
    let current = true;
    setFound({});
    setDone(false);
    const tell = (/** @type {SoFar} */ part) => current && setFound((before) => ({ ...before, ...part }));
    void run(tell, () => current).catch(() => tell({ relay: [] })).then(() => current && setDone(true));
    return () => { current = false; };
  }, [turn]);
  return { found, done, again: () => setTurn(turn + 1) };
}
