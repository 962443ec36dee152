// Lines, arrows and circles on a frozen picture. Points run from 0 to 1 of its width and height, so that every screen draws the same.

/** @typedef {import("../messages.js").DrawnShape} DrawnShape */
/** @typedef {[number, number]} Spot */

/** Points of one line, as the server takes them. */
export const MOST_POINTS = 200;
/** Shapes on one picture, and points of all of them: likewise. */
const MOST_SHAPES = 60;
const MOST_ALL_POINTS = 2_000;
/** Points nearer than this to the last one tell nothing. */
const NEAR = 0.004;
/** An arrow or a circle smaller than this is a slip of the finger. */
const SLIP = 0.012;
/** Digits kept: a pixel of the largest picture. */
const DIGITS = 4;
/** Length of an arrow's head, as a share of the picture's shorter side. */
const HEAD = 0.06;
/** Half its opening, radians. */
const OPENING = 0.5;
/** What a shape set without a size gets: the circle's radius, the arrow's length. */
const USUAL = 0.14;

/** @param {number} value */
const within = (value) => Number(Math.min(1, Math.max(0, value)).toFixed(DIGITS));

/** @param {number} x @param {number} y @returns {Spot} inside of the picture */
export function spot(x, y) {
  return [within(x), within(y)];
}

/**
 * A line drawn by hand, with no more points than it takes; its ends stay.
 * @param {readonly Spot[]} points
 * @returns {Spot[]}
 */
export function thinned(points) {
  /** @type {Spot[]} */
  const kept = [];
  points.forEach((point, index) => {
    const last = kept[kept.length - 1];
    const isEnd = index === points.length - 1;
    if (!last || isEnd || Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) kept.push(point);
  });
  if (kept.length <= MOST_POINTS) return kept;
  const step = (kept.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => /** @type {Spot} */ (kept[Math.round(index * step)]));
}

/** Whether a shape is more than a slip of the finger. @param {DrawnShape} shape */
export function isDrawn({ kind, points }) {
  const first = points[0];
  if (!first || points.length < 2) return false;
  const reach = Math.max(...points.map((point) => Math.hypot(point[0] - first[0], point[1] - first[1])));
  return reach > (kind === "pen" ? NEAR : SLIP);
}

/**
 * A circle around a place, or an arrow that points at it, in the size one usually wants: for who sets it with a key.
 * @param {DrawnShape["kind"]} kind @param {Spot} at @returns {Spot[]}
 */
export function usualPoints(kind, at) {
  const [x, y] = at;
  if (kind === "arrow") return [spot(x < USUAL ? x + USUAL : x - USUAL, y < USUAL ? y + USUAL : y - USUAL), at];
  return [at, spot(x > 1 - USUAL ? x - USUAL : x + USUAL, y)];
}

/** What is on the picture, with what is on its way there. @param {readonly DrawnShape[]} shapes @param {readonly DrawnShape[]} pending @returns {DrawnShape[]} */
export function withPending(shapes, pending) {
  const newer = new Map(pending.map((one) => [one.id, one]));
  const known = new Set(shapes.map((one) => one.id));
  return [...shapes.map((one) => newer.get(one.id) ?? one), ...pending.filter((one) => !known.has(one.id))];
}

/** Whether there is room for one shape more. @param {readonly DrawnShape[]} shapes */
export function hasRoom(shapes) {
  const points = shapes.reduce((sum, one) => sum + one.points.length, 0);
  return shapes.length < MOST_SHAPES && points + MOST_POINTS <= MOST_ALL_POINTS;
}

/** Where on the picture a shape is, in thirds: for those who do not see it. @param {DrawnShape} shape @returns {{row: "top" | "middle" | "bottom", column: "left" | "middle" | "right"}} */
export function regionOf({ kind, points }) {
  const marked = kind === "arrow" ? points.slice(-1) : kind === "circle" ? points.slice(0, 1) : points;
  const mean = (/** @type {0 | 1} */ axis) => marked.reduce((sum, point) => sum + point[axis], 0) / Math.max(marked.length, 1);
  const [x, y] = [mean(0), mean(1)];
  return { row: y < 1 / 3 ? "top" : y > 2 / 3 ? "bottom" : "middle", column: x < 1 / 3 ? "left" : x > 2 / 3 ? "right" : "middle" };
}

/**
 * The shape as path data of an SVG whose units are the picture's pixels.
 * @param {DrawnShape} shape @param {number} width @param {number} height
 * @returns {string}
 */
export function shapePath({ kind, points }, width, height) {
  const places = points.map(([x, y]) => /** @type {Spot} */ ([x * width, y * height]));
  const [first, last] = [places[0], places[places.length - 1]];
  if (!first || !last) return "";
  const to = ([x, y] = first) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  if (kind === "circle") {
    const radius = Math.hypot(last[0] - first[0], last[1] - first[1]).toFixed(1);
    const [left, right] = [to([first[0] - Number(radius), first[1]]), to([first[0] + Number(radius), first[1]])];
    return `M${left}A${radius} ${radius} 0 1 0 ${right}A${radius} ${radius} 0 1 0 ${left}`;
  }
  if (kind === "pen") return `M${places.map(to).join("L")}`;
  const angle = Math.atan2(last[1] - first[1], last[0] - first[0]);
  const reach = HEAD * Math.min(width, height);
  const side = (/** @type {number} */ turn) => to([last[0] - reach * Math.cos(angle + turn), last[1] - reach * Math.sin(angle + turn)]);
  return `M${to(first)}L${to(last)}M${side(OPENING)}L${to(last)}L${side(-OPENING)}`;
}
