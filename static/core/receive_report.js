// What one could see and hear in the last minute, from two samples a minute apart: for the record of the visit.

/** @typedef {import("./stats.js").Sample} Sample */
/** @typedef {import("./stats.js").Inbound} Inbound */
/** @typedef {{freezes: number, rtt_ms: number, concealed: number, frozen?: number, height?: number, way?: string}} ReceiveReport */

const MAX_FREEZES = 10_000;

/** @param {number} share */
function bounded(share) {
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 10_000;
}

/** The lines of a kind that were there before too and went on counting, with what they were. @param {Sample} before @param {Sample} now @param {string} kind */
function pairs(before, now, kind) {
  /** @type {[Inbound, Inbound][]} */
  const found = [];
  for (const [mid, line] of now.inbound) {
    const old = before.inbound.get(mid);
    if (line.kind === kind && old && line.packets >= old.packets) found.push([old, line]);
  }
  return found;
}

/** The word the server takes for a path. @param {string} path @returns {string | null} */
function wayOf(path) {
  const [protocol, kind] = path.split(" ");
  if (kind === "relay") return "relay";
  return protocol === "udp" || protocol === "tcp" ? protocol : null;
}

/**
 * @param {Sample} before
 * @param {Sample} now
 * @returns {ReceiveReport}
 */
export function receiveReport(before, now) {
  const seconds = Math.max(1, (now.at - before.at) / 1000);
  const sounds = pairs(before, now, "audio").map(([old, line]) => (line.samples > old.samples ? (line.concealed - old.concealed) / (line.samples - old.samples) : 0));
  const pictures = pairs(before, now, "video");
  const still = pictures.filter(([, line]) => line.frozenSeconds !== null).map(([old, line]) => ((line.frozenSeconds ?? 0) - (old.frozenSeconds ?? 0)) / seconds);
  const heights = pictures.filter(([old, line]) => line.framesDecoded > old.framesDecoded).map(([, line]) => line.height);
  const way = wayOf(now.path);
  return {
    freezes: Math.min(MAX_FREEZES, pictures.reduce((sum, [old, line]) => sum + Math.max(0, line.freezes - old.freezes), 0)),
    rtt_ms: now.rttMs ?? 0,
    concealed: bounded(Math.max(0, ...sounds)),
    ...(still.length ? { frozen: bounded(Math.max(...still)) } : {}),
    ...(heights.length ? { height: Math.max(...heights) } : {}),
    ...(way ? { way } : {}),
  };
}
