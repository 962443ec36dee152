// Where tiles go: the grid whose tiles are largest. Pure geometry, in CSS pixels.

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{columns: number, rows: number, width: number, height: number}} Grid */

const WIDE = 16 / 9;
/** An upright phone shows upright tiles: a face in landscape on it is a stripe. */
const UPRIGHT = 3 / 4;
/** With more people on it: two columns of squares, where 16:9 would be one column of slivers. */
const SQUARE = 1;
/** Most tiles that an upright screen shows upright. */
const FEW = 4;

/**
 * The grid for `count` tiles in `area`. Each tile fits the aspect; a single one fills the area.
 * @param {number} count
 * @param {Size} area
 * @param {number} [gap]
 * @returns {Grid}
 */
export function bestGrid(count, area, gap = 8) {
  if (count <= 1) return { columns: 1, rows: 1, width: area.width, height: area.height };
  const aspect = area.height <= area.width * 1.2 ? WIDE : count <= FEW ? UPRIGHT : SQUARE;
  /** @type {Grid | null} */
  let best = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = { width: (area.width - gap * (columns - 1)) / columns, height: (area.height - gap * (rows - 1)) / rows };
    const tile = fill(cell, aspect);
    if (!best || tile.width * tile.height > best.width * best.height) best = { columns, rows, ...tile };
  }
  return best ?? { columns: 1, rows: 1, ...area };
}

/**
 * The tile within its cell: all of the cell as long as that is not stretched further than a third from the aspect.
 * @param {Size} cell
 * @param {number} aspect
 */
function fill(cell, aspect) {
  const width = Math.max(1, Math.min(cell.width, cell.height * aspect * 1.33));
  const height = Math.max(1, Math.min(cell.height, (cell.width / aspect) * 1.33));
  return { width: Math.floor(width), height: Math.floor(height) };
}

/** @typedef {"top-left" | "top-right" | "bottom-left" | "bottom-right"} Corner */

/**
 * The corner nearest to a point, where a dragged picture comes to rest.
 * @param {{x: number, y: number}} point centre of what is dragged
 * @param {Size} area
 * @returns {Corner}
 */
export function nearestCorner(point, area) {
  const vertical = point.y < area.height / 2 ? "top" : "bottom";
  return `${vertical}-${point.x < area.width / 2 ? "left" : "right"}`;
}

/**
 * The corner an arrow key leads to.
 * @param {Corner} corner
 * @param {string} key
 * @returns {Corner}
 */
export function cornerByKey(corner, key) {
  const [vertical = "bottom", horizontal = "right"] = corner.split("-");
  const moved = { ArrowUp: `top-${horizontal}`, ArrowDown: `bottom-${horizontal}`, ArrowLeft: `${vertical}-left`, ArrowRight: `${vertical}-right` }[key];
  return /** @type {Corner} */ (moved ?? corner);
}
