// Everything that happened, as one list in order of time: what the timeline draws, for who does not see it.

/** @typedef {import("./messages.js").Timeline} Timeline */
/** @typedef {import("./messages.js").Marker} Marker */
/** @typedef {import("./messages.js").Act} Act */
/** @typedef {"join" | "chat" | "marker" | "quality" | "consent" | "gap" | import("./messages.js").ActKind} EventKind */
/** @typedef {{key: string, kind: EventKind, at_ms: number, end_ms: number | null, participant_id: string, what: string, text: string, name: string, act: Act | null}} ReviewEvent */

/** What was done beside talking, in the order legend and choice show it. */
export const ACT_KINDS = /** @type {import("./messages.js").ActKind[]} */ (["instruction", "drawing", "still", "vital", "handover", "ring", "silence"]);

/** Kinds one may choose from, in the order the choice shows them. */
export const EVENT_KINDS = /** @type {EventKind[]} */ (["marker", "chat", ...ACT_KINDS, "join", "consent", "quality", "gap"]);

/**
 * @param {EventKind} kind
 * @param {Partial<ReviewEvent> & {at_ms: number}} rest
 * @returns {Omit<ReviewEvent, "key">}
 */
function event(kind, rest) {
  return { kind, end_ms: null, participant_id: "", what: "", text: "", name: "", act: null, ...rest };
}

/** Milliseconds camera and microphone may differ at either end of what is one gap to a person. */
const ONE_GAP = 1000;

/** Gaps of one person and reason at the same time, whichever sources have them, as one. @param {Timeline["gaps"]} gaps */
function withoutTwins(gaps) {
  /** @type {Timeline["gaps"]} */
  const found = [];
  for (const gap of gaps) {
    const twin = found.some((one) => one.participant_id === gap.participant_id && one.why === gap.why && Math.abs(one.start_ms - gap.start_ms) < ONE_GAP && Math.abs(one.end_ms - gap.end_ms) < ONE_GAP);
    if (!twin) found.push(gap);
  }
  return found;
}

/**
 * @param {Timeline} timeline
 * @param {readonly Marker[]} markers
 * @returns {ReviewEvent[]}
 */
export function eventsOf(timeline, markers) {
  const spans = (/** @type {EventKind} */ kind, /** @type {readonly {participant_id: string, start_ms: number, end_ms: number | null, what: string}[]} */ all) =>
    all.map(({ participant_id, start_ms, end_ms, what }) => event(kind, { at_ms: start_ms, end_ms, participant_id, what }));
  const found = [
    ...timeline.joins.map(({ participant_id, at_ms, what }) => event("join", { at_ms, participant_id, what })),
    ...timeline.chat.map(({ at_ms, name, body }) => event("chat", { at_ms, name, text: body })),
    ...markers.map((one) => event("marker", { at_ms: one.start_ms, end_ms: one.end_ms, what: one.category, text: one.text, name: one.author })),
    ...timeline.acts.map((act) => event(act.kind, { at_ms: act.at_ms, end_ms: act.end_ms, participant_id: act.participant_id ?? "", what: act.what, text: act.text, name: act.name, act })),
    ...spans("quality", timeline.quality),
    ...spans("consent", timeline.consent),
    ...spans("gap", withoutTwins(timeline.gaps).map((gap) => ({ ...gap, what: gap.why }))),
  ];
  return found.sort((a, b) => a.at_ms - b.at_ms).map((one, index) => ({ ...one, key: `${one.kind}-${index}` }));
}

/**
 * Who speaks, found quickly many times a second.
 * @param {readonly import("./messages.js").PersonSpan[]} speaking
 * @returns {(ms: number) => string[]} ids
 */
export function speakersOf(speaking) {
  /** @type {Map<string, import("./messages.js").PersonSpan[]>} */
  const own = new Map();
  for (const span of [...speaking].sort((a, b) => a.start_ms - b.start_ms)) own.set(span.participant_id, [...(own.get(span.participant_id) ?? []), span]);
  const speaks = (/** @type {readonly import("./messages.js").PersonSpan[]} */ spans, /** @type {number} */ ms) => {
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.start_ms ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    const last = spans[low - 1];
    return last !== undefined && ms < last.end_ms;
  };
  return (ms) => [...own].filter(([, spans]) => speaks(spans, ms)).map(([id]) => id);
}
