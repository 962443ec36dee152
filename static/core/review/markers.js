// The markers of a recording as this page knows them: in order, changed one by one, never two of one id.

/** @typedef {import("./messages.js").Marker} Marker */
/**
 * @typedef {{type: "all", markers: Marker[]} | {type: "put", marker: Marker} | {type: "gone", id: string}} MarkerChange
 */

/** What a marker may be about; other words of the server are shown as they are. */
export const CATEGORIES = ["moment", "finding", "decision", "question", "problem", "quality", "teaching"];

/** @param {Marker} a @param {Marker} b */
function inOrder(a, b) {
  return a.start_ms - b.start_ms || a.at.localeCompare(b.at) || a.id.localeCompare(b.id);
}

/**
 * @param {readonly Marker[]} markers
 * @param {MarkerChange} change an older revision than the one known changes nothing
 * @returns {Marker[]}
 */
export function reduceMarkers(markers, change) {
  if (change.type === "all") return [...change.markers].sort(inOrder);
  if (change.type === "gone") return markers.filter((one) => one.id !== change.id);
  const known = markers.find((one) => one.id === change.marker.id);
  if (known && known.revision > change.marker.revision) return [...markers];
  return [...markers.filter((one) => one.id !== change.marker.id), change.marker].sort(inOrder);
}

/** Milliseconds: pressing "previous" shortly after a marker goes to the one before it, not to the same again. */
const JUST_PASSED = 1500;

/**
 * @param {readonly Marker[]} markers in order
 * @param {number} ms
 * @param {-1 | 1} direction
 * @returns {Marker | null}
 */
export function neighbour(markers, ms, direction) {
  if (direction > 0) return markers.find((one) => one.start_ms > ms + 1) ?? null;
  const before = markers.filter((one) => one.start_ms < ms - JUST_PASSED);
  return before[before.length - 1] ?? null;
}

/** Milliseconds around a point that still count as "now". */
const NOW = 4000;

/**
 * @param {readonly Marker[]} markers
 * @param {number} ms
 * @returns {Marker[]} those the playhead is on
 */
export function markersAt(markers, ms) {
  return markers.filter((one) => one.start_ms <= ms && ms < (one.end_ms ?? one.start_ms + NOW));
}

/**
 * What of a marker differs between two people's versions, for who must choose.
 * @param {Pick<Marker, "start_ms" | "end_ms" | "category" | "text" | "visibility">} mine
 * @param {Pick<Marker, "start_ms" | "end_ms" | "category" | "text" | "visibility">} theirs
 * @returns {("time" | "category" | "text" | "visibility")[]}
 */
export function differences(mine, theirs) {
  /** @type {("time" | "category" | "text" | "visibility")[]} */
  const found = [];
  if (mine.start_ms !== theirs.start_ms || mine.end_ms !== theirs.end_ms) found.push("time");
  if (mine.category !== theirs.category) found.push("category");
  if (mine.text !== theirs.text) found.push("text");
  if (mine.visibility !== theirs.visibility) found.push("visibility");
  return found;
}
