// Geometry of the timeline: which part of the recording is in sight, and where a moment stands in it. Milliseconds and CSS pixels.

/** @typedef {{from: number, to: number}} View */
/** @typedef {{start_ms: number, end_ms: number | null}} Span */
/** @typedef {{x: number, width: number, first: number, count: number}} Block `first`: place of its first span; `count`: how many it stands for */

/** No nearer than this: ten frames would fill the screen. */
const SMALLEST = 10_000;
/** Distances between labels: seconds, minutes, hours as clocks have them. Milliseconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200].map((seconds) => seconds * 1000);
/** Pixels a label needs. */
const LABEL = 72;
/** Where the playhead stands after the view went on, as part of its width. */
const LEAD = 0.1;

/** @param {number} duration @returns {View} */
export function whole(duration) {
  return { from: 0, to: Math.max(1, duration) };
}

/** @param {View} view @param {number} duration @returns {View} moved inside the recording */
function inside({ from, to }, duration) {
  const span = Math.min(to - from, Math.max(1, duration));
  const start = Math.min(Math.max(0, from), Math.max(1, duration) - span);
  return { from: start, to: start + span };
}

/**
 * @param {View} view
 * @param {number} factor above 1: nearer
 * @param {number} around the moment that keeps its place
 * @param {number} duration
 * @returns {View}
 */
export function zoom(view, factor, around, duration) {
  const span = view.to - view.from;
  const wanted = Math.min(Math.max(1, duration), Math.max(Math.min(SMALLEST, duration), span / factor));
  const middle = Math.min(view.to, Math.max(view.from, around));
  const from = middle - ((middle - view.from) / span) * wanted;
  return inside({ from, to: from + wanted }, duration);
}

/** @param {View} view @param {number} by milliseconds @param {number} duration @returns {View} */
export function pan(view, by, duration) {
  return inside({ from: view.from + by, to: view.to + by }, duration);
}

/** The view that shows `ms`: the same one while it is in sight. @param {View} view @param {number} ms @param {number} duration @returns {View} */
export function follow(view, ms, duration) {
  if (ms >= view.from && ms <= view.to) return view;
  const span = view.to - view.from;
  return inside({ from: ms - span * LEAD, to: ms + span * (1 - LEAD) }, duration);
}

/** @param {View} view @param {number} width @param {number} ms @returns {number} pixels from the left */
export function xOf(view, width, ms) {
  return ((ms - view.from) / (view.to - view.from)) * width;
}

/** @param {View} view @param {number} width @param {number} x @returns {number} milliseconds, within the view */
export function momentAt(view, width, x) {
  const part = Math.min(1, Math.max(0, x / Math.max(1, width)));
  return view.from + part * (view.to - view.from);
}

/** @param {View} view @param {number} width @returns {number[]} moments that get a label */
export function ticks(view, width) {
  const most = Math.max(1, Math.floor(width / LABEL));
  const step = STEPS.find((one) => (view.to - view.from) / one <= most) ?? STEPS[STEPS.length - 1] ?? 1000;
  const found = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) found.push(at);
  return found;
}

/**
 * Spans as blocks to draw: those in sight, neighbours nearer than a pixel as one, so that three hours cost no more than a minute.
 * @param {readonly Span[]} spans in order of their beginning
 * @param {View} view
 * @param {number} width
 * @param {{least?: number, near?: number}} [options] pixels: `least` a block's smallest width, `near` the gap below which two become one
 * @returns {Block[]}
 */
export function blocks(spans, view, width, { least = 1.5, near = 1 } = {}) {
  /** @type {Block[]} */
  const found = [];
  spans.forEach((span, index) => {
    const end = span.end_ms ?? view.to;
    if (end < view.from || span.start_ms > view.to) return;
    const x = Math.max(0, xOf(view, width, span.start_ms));
    const right = Math.max(x + least, Math.min(width, xOf(view, width, end)));
    const last = found[found.length - 1];
    if (last && x - (last.x + last.width) < near) {
      last.width = Math.max(last.x + last.width, right) - last.x;
      last.count += 1;
    } else found.push({ x, width: right - x, first: index, count: 1 });
  });
  return found;
}

/**
 * Moments as blocks: those that would lie on each other become one with a count.
 * @param {readonly number[]} moments in order
 * @param {View} view
 * @param {number} width
 * @param {number} size pixels a sign takes
 * @returns {Block[]} `x` is the sign's middle
 */
export function clusters(moments, view, width, size) {
  /** @type {Block[]} */
  const found = [];
  moments.forEach((ms, index) => {
    if (ms < view.from || ms > view.to) return;
    const x = xOf(view, width, ms);
    const last = found[found.length - 1];
    if (last && x - last.x < size) last.count += 1;
    else found.push({ x, width: size, first: index, count: 1 });
  });
  return found;
}

/** Milliseconds an arrow key, and a page key, moves the playhead. */
const ARROW = 5000;
const PAGE = 60_000;

/**
 * Where a key of a slider leads.
 * @param {string} key
 * @param {number} ms
 * @param {number} duration
 * @returns {number | null} null: not a key of the timeline
 */
export function momentByKey(key, ms, duration) {
  const moves = /** @type {Record<string, number>} */ ({
    ArrowLeft: ms - ARROW,
    ArrowDown: ms - ARROW,
    ArrowRight: ms + ARROW,
    ArrowUp: ms + ARROW,
    PageDown: ms - PAGE,
    PageUp: ms + PAGE,
    Home: 0,
    End: duration,
  });
  const to = moves[key];
  return to === undefined ? null : Math.min(duration, Math.max(0, to));
}
