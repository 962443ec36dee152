// What plays when: each person's files in order, and why there is nothing where there is nothing.

/** @typedef {import("./messages.js").Segment} Segment */
/** @typedef {import("./messages.js").Timeline} Timeline */
/** @typedef {{id: string, participantId: string, group: "main"|"screen", segments: Segment[]}} Lane one person's camera and sound, or their screen */
/** @typedef {"no_consent" | "away" | "paused" | "lost" | "interrupted" | "overflow" | "not_sent" | "damaged" | "not_recorded"} GapReason */

/** What the manifest says of a gap -> what is said about it. @type {Record<string, GapReason>} */
const REASONS = { withheld: "no_consent", muted: "not_sent", interrupted: "interrupted", lost: "lost", overflow: "overflow", damaged: "damaged" };

/** @param {string} why @returns {GapReason} */
export function gapReason(why) {
  return REASONS[why] ?? "not_recorded";
}

/**
 * One lane for each person and group, in the order of `people`; a person without any file has one too: they were there.
 * @param {readonly Segment[]} segments
 * @param {readonly {id: string}[]} people
 * @returns {Lane[]}
 */
export function lanesOf(segments, people) {
  /** @type {Map<string, Lane>} */
  const lanes = new Map();
  const lane = (/** @type {string} */ participantId, /** @type {"main"|"screen"} */ group) => {
    const id = `${participantId}:${group}`;
    const found = lanes.get(id) ?? { id, participantId, group, segments: [] };
    lanes.set(id, found);
    return found;
  };
  for (const { id } of people) lane(id, "main");
  for (const segment of segments) lane(segment.participant_id, segment.group).segments.push(segment);
  for (const { segments: own } of lanes.values()) own.sort((a, b) => a.start_ms - b.start_ms);
  return [...lanes.values()];
}

/** @param {Lane} lane @param {number} ms @returns {Segment | null} */
export function segmentAt(lane, ms) {
  // The later one where two overlap: it is the newer file.
  for (let at = lane.segments.length - 1; at >= 0; at -= 1) {
    const segment = lane.segments[at];
    if (segment && segment.start_ms <= ms && ms < segment.end_ms) return segment;
  }
  return null;
}

/** @param {Lane} lane @param {number} ms @returns {Segment | null} the first that begins after `ms` */
export function nextSegment(lane, ms) {
  return lane.segments.find((segment) => segment.start_ms > ms) ?? null;
}

/** The last thing that happened to the person's seat before `ms`. @param {Timeline} timeline @param {string} participantId @param {number} ms */
function lastSeatEvent(timeline, participantId, ms) {
  let last = "";
  let at = -1;
  for (const one of timeline.joins) {
    if (one.participant_id !== participantId || one.at_ms > ms || one.at_ms < at) continue;
    last = one.what;
    at = one.at_ms;
  }
  return last;
}

/**
 * Why a person has no picture or sound at a moment.
 * @param {Timeline} timeline
 * @param {string} participantId
 * @param {number} ms
 * @returns {GapReason}
 */
export function reasonAt(timeline, participantId, ms) {
  const covers = (/** @type {{participant_id: string, start_ms: number, end_ms: number | null}} */ span) =>
    span.participant_id === participantId && span.start_ms <= ms && (span.end_ms === null || ms < span.end_ms);
  const last = lastSeatEvent(timeline, participantId, ms);
  const joins = timeline.joins.some((one) => one.participant_id === participantId && one.what === "joined");
  if (last === "left" || (joins && !last)) return "away";
  if (timeline.consent.some((span) => span.what === "not_captured" && covers(span))) return "no_consent";
  const gap = timeline.gaps.find(covers);
  if (gap) return gapReason(gap.why);
  if (last === "held") return "paused";
  return last === "reconnecting" ? "lost" : "not_recorded";
}

/**
 * Whose source has a gap at a moment while the file goes on: a camera that is off while its owner speaks.
 * @param {Timeline} timeline
 * @param {string} source
 * @param {number} ms
 * @returns {Map<string, GapReason>} by person
 */
export function sourceGapsAt(timeline, source, ms) {
  /** @type {Map<string, GapReason>} */
  const found = new Map();
  for (const gap of timeline.gaps) if (gap.source === source && gap.start_ms <= ms && ms < gap.end_ms) found.set(gap.participant_id, gapReason(gap.why));
  return found;
}
