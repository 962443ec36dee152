// What getStats tells, made small: rates and losses between two samples, and from them 0-3 bars.

/** @typedef {import("./messages.js").Kind} Kind */
/**
 * @typedef {object} Inbound counters of one received line
 * @property {string} mid
 * @property {Kind} kind
 * @property {number} packets
 * @property {number} lost
 * @property {number} bytes
 * @property {number} framesDecoded
 * @property {number} freezes
 * @property {number | null} frozenSeconds together; null: this browser does not tell
 * @property {number} concealed samples made up, silence aside
 * @property {number} samples
 * @property {number} width
 * @property {number} height
 */
/** @typedef {{mid: string, kind: Kind, bytes: number, width: number, height: number, limited: string}} Outbound */
/** @typedef {{at: number, rttMs: number | null, path: string, inbound: Map<string, Inbound>, outbound: Map<string, Outbound>}} Sample */
/**
 * @typedef {object} LineQuality what happened on one received line between two samples
 * @property {Kind} kind
 * @property {number} loss 0..1
 * @property {number} bitrate bit/s
 * @property {number} fps
 * @property {boolean} frozen
 * @property {number} concealed 0..1
 * @property {number} width
 * @property {number} height
 */

/**
 * @param {Iterable<[string, any]>} report
 * @param {number} at monotonic milliseconds
 * @returns {Sample}
 */
export function readSample(report, at) {
  const entries = new Map(report);
  /** @type {Sample} */
  const sample = { at, rttMs: null, path: "", inbound: new Map(), outbound: new Map() };
  for (const entry of entries.values()) {
    if (entry.type === "inbound-rtp") sample.inbound.set(entry.mid ?? entry.id, inbound(entry));
    if (entry.type === "outbound-rtp") sample.outbound.set(entry.mid ?? entry.id, together(sample.outbound.get(entry.mid), outbound(entry)));
    if (isSelected(entry, entries)) {
      if (typeof entry.currentRoundTripTime === "number") sample.rttMs = Math.round(entry.currentRoundTripTime * 1000);
      sample.path = pathOf(entry, entries);
    }
  }
  return sample;
}

/** @param {any} entry @returns {Inbound} */
function inbound(entry) {
  return {
    mid: entry.mid ?? "",
    kind: entry.kind,
    packets: entry.packetsReceived ?? 0,
    lost: Math.max(0, entry.packetsLost ?? 0),
    bytes: entry.bytesReceived ?? 0,
    framesDecoded: entry.framesDecoded ?? 0,
    freezes: entry.freezeCount ?? 0,
    frozenSeconds: entry.totalFreezesDuration ?? null,
    concealed: Math.max(0, (entry.concealedSamples ?? 0) - (entry.silentConcealedSamples ?? 0)),
    samples: entry.totalSamplesReceived ?? 0,
    width: entry.frameWidth ?? 0,
    height: entry.frameHeight ?? 0,
  };
}

/** @param {any} entry @returns {Outbound} */
function outbound(entry) {
  return {
    mid: entry.mid ?? "",
    kind: entry.kind,
    bytes: entry.bytesSent ?? 0,
    width: entry.frameWidth ?? 0,
    height: entry.frameHeight ?? 0,
    limited: entry.qualityLimitationReason ?? "",
  };
}

/** A camera in several sizes is one line: all its bytes, the largest of its pictures. @param {Outbound | undefined} known @param {Outbound} size @returns {Outbound} */
function together(known, size) {
  if (!known) return size;
  const larger = size.height > known.height ? size : known;
  return { ...larger, bytes: known.bytes + size.bytes };
}

/** The pair in use: named by the transport where there is that entry (not in Firefox). @param {any} entry @param {Map<string, any>} entries */
function isSelected(entry, entries) {
  if (entry.type !== "candidate-pair") return false;
  const transport = [...entries.values()].find((one) => one.type === "transport" && one.selectedCandidatePairId);
  return transport ? transport.selectedCandidatePairId === entry.id : entry.selected === true || (entry.nominated && entry.state === "succeeded");
}

/** Protocol and kind of candidate, no addresses; of a relayed path the protocol to the relay. @param {any} pair @param {Map<string, any>} entries */
function pathOf(pair, entries) {
  const local = entries.get(pair.localCandidateId);
  if (!local) return "";
  const protocol = (local.candidateType === "relay" && local.relayProtocol) || local.protocol || "";
  return `${protocol} ${local.candidateType ?? ""}`.trim();
}

/**
 * Quality of each received line between two samples, by mid. Lines new in `now` are left out.
 * @param {Sample} before
 * @param {Sample} now
 * @returns {Map<string, LineQuality>}
 */
export function compare(before, now) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  /** @type {Map<string, LineQuality>} */
  const lines = new Map();
  for (const [mid, line] of now.inbound) {
    const old = before.inbound.get(mid);
    if (old && line.packets >= old.packets) lines.set(mid, lineQuality(old, line, seconds));
  }
  return lines;
}

/** @param {Inbound} old @param {Inbound} line @param {number} seconds @returns {LineQuality} */
function lineQuality(old, line, seconds) {
  const packets = line.packets - old.packets;
  const lost = Math.max(0, line.lost - old.lost);
  const samples = line.samples - old.samples;
  return {
    kind: line.kind,
    loss: lost / Math.max(1, packets + lost),
    bitrate: ((line.bytes - old.bytes) * 8) / seconds,
    fps: (line.framesDecoded - old.framesDecoded) / seconds,
    frozen: line.freezes > old.freezes,
    concealed: samples > 0 ? Math.min(1, Math.max(0, line.concealed - old.concealed) / samples) : 0,
    width: line.width,
    height: line.height,
  };
}

/**
 * Three bars: good. Two: one may notice. One: one does notice. None: nothing arrives.
 * @param {{loss: number, rttMs: number | null, concealed?: number, frozen?: boolean}} seen
 * @returns {0 | 1 | 2 | 3}
 */
export function bars({ loss, rttMs, concealed = 0, frozen = false }) {
  if (loss >= 0.5) return 0;
  if (loss > 0.1 || (rttMs ?? 0) > 800 || concealed > 0.1) return 1;
  if (loss > 0.03 || (rttMs ?? 0) > 400 || concealed > 0.03 || frozen) return 2;
  return 3;
}

/**
 * The worst of several lines as one quality.
 * @param {Iterable<LineQuality>} lines
 * @param {number | null} rttMs
 */
export function worst(lines, rttMs) {
  let [loss, concealed, frozen] = [0, 0, false];
  for (const line of lines) {
    loss = Math.max(loss, line.loss);
    concealed = Math.max(concealed, line.concealed);
    frozen ||= line.frozen;
  }
  return { loss, concealed, frozen, rttMs };
}
