// Where somebody is, as a drawing without a map: north is up, a circle as large as the position is uncertain, the way they came,
// and a scale. Pure: positions in, numbers of an SVG out.

/** @typedef {{latitude: number, longitude: number, accuracy_m: number, at: string}} Fix */
/** @typedef {{x: number, y: number}} Point */
/**
 * @typedef {object} Sketch
 * @property {number} size of the square drawing
 * @property {Point} here
 * @property {number} radius of the circle of uncertainty
 * @property {Point[]} track oldest first, the last is `here`
 * @property {{length: number, metres: number}} scale
 */

/** Metres of a degree of latitude; of longitude at the equator. */
const METRES = 111_320;
/** Share of the drawing that stays empty at its edges. */
const MARGIN = 0.12;
/** The smallest stretch shown, metres: closer, a walk across a room would look like a journey. */
const LEAST_METRES = 40;
/** The scale takes up about this share of the width. */
const SCALE_SHARE = 0.3;

/**
 * Metres east and north of `from`. Flat: good to a per mille within the hundred kilometres a caller may move.
 * @param {Fix} from
 * @param {Fix} to
 */
export function offset(from, to) {
  const turn = ((((to.longitude - from.longitude + 180) % 360) + 360) % 360) - 180; // The short way over the date line.
  return { east: turn * METRES * Math.cos((from.latitude * Math.PI) / 180), north: (to.latitude - from.latitude) * METRES };
}

/** 1, 2 or 5 times a power of ten, not more than `most`. @param {number} most @returns {number} */
export function roundLength(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [5, 2, 1].map((one) => one * power).find((length) => length <= most) ?? power;
}

/**
 * @param {readonly Fix[]} fixes oldest first
 * @param {number} [size]
 * @returns {Sketch | null} null without a position
 */
export function sketchOf(fixes, size = 320) {
  const last = fixes[fixes.length - 1];
  if (!last) return null;
  const away = fixes.map((fix) => offset(last, fix));
  const farthest = Math.max(...away.map(({ east, north }) => Math.max(Math.abs(east), Math.abs(north))));
  const half = Math.max(farthest, last.accuracy_m, LEAST_METRES / 2);
  const unit = (size * (1 - 2 * MARGIN)) / 2 / half;
  const middle = size / 2;
  const metres = roundLength((size * SCALE_SHARE) / unit);
  return {
    size,
    here: { x: middle, y: middle },
    radius: last.accuracy_m * unit,
    track: away.map(({ east, north }) => ({ x: middle + east * unit, y: middle - north * unit })),
    scale: { length: metres * unit, metres },
  };
}
