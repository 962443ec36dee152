// Where everything on the stage stands, as rectangles. Tiles never move in the page, only their rectangles change:
// so no video element is made anew (and no picture goes black) when somebody comes, is pinned or shares a screen.
import { bestGrid } from "./layout.js";

/** @typedef {import("./layout.js").Size} Size */
/** @typedef {import("./layout.js").Corner} Corner */
/** @typedef {{left: number, top: number, width: number, height: number, role: "main" | "grid" | "strip" | "floating"}} Rect */
/**
 * @typedef {object} StageWish
 * @property {Size} area CSS pixels
 * @property {readonly string[]} others tiles of other people and shared screens, in order
 * @property {string | null} self id of the own tile; null: one who only watches has none
 * @property {string | null} main id of the tile that takes the stage: pinned, a screen, the speaker; null: nobody
 * @property {Corner} corner of the floating own picture
 * @property {boolean} lobby whether a card stands beside the own picture while nobody else is here
 */
/** @typedef {{tiles: Map<string, Rect>, lobby: Rect | null}} Stage a tile without rectangle is not shown */

const GAP = 8;
const STRIP = { width: 208, minHeight: 72, minWidth: 88 };
const LOBBY_WIDTH = 440;
/** Height of the line with name and icons at the bottom of a tile. */
const FOOT = 44;

/** @param {StageWish} wish @returns {Stage} */
export function layoutStage(wish) {
  if (!wish.others.length) return wish.lobby ? withLobby(wish) : alone(wish);
  if (wish.main !== null && wish.others.length > 1) return { tiles: withMain(wish, wish.main), lobby: null };
  if (wish.others.length === 1) return { tiles: oneToOne(wish), lobby: null };
  return { tiles: grid([...wish.others, ...own(wish)], wish.area), lobby: null };
}

/** @param {StageWish} wish */
const own = ({ self }) => (self === null ? [] : [self]);

/** @param {StageWish} wish @returns {Stage} */
function alone(wish) {
  return { tiles: new Map(own(wish).map((self) => [self, { left: 0, top: 0, ...wish.area, role: "main" }])), lobby: null };
}

/** The own picture and the card: side by side where there is room, else one above the other. @param {StageWish} wish @returns {Stage} */
function withLobby({ area, self }) {
  if (self === null) return { tiles: new Map(), lobby: { left: 0, top: 0, ...area, role: "grid" } };
  if (area.width >= 900) {
    const width = area.width - LOBBY_WIDTH - GAP;
    /** @type {Rect} */
    const lobby = { left: width + GAP, top: 0, width: LOBBY_WIDTH, height: area.height, role: "grid" };
    return { tiles: new Map([[self, { left: 0, top: 0, width, height: area.height, role: "main" }]]), lobby };
  }
  const height = Math.round(Math.min(area.height * 0.32, (area.width * 9) / 16));
  /** @type {Rect} */
  const lobby = { left: 0, top: height + GAP, width: area.width, height: area.height - height - GAP, role: "grid" };
  return { tiles: new Map([[self, { left: 0, top: 0, width: area.width, height, role: "main" }]]), lobby };
}

/** @param {StageWish} wish @returns {Map<string, Rect>} */
function oneToOne(wish) {
  const { area, others: [other = ""], corner } = wish;
  /** @type {Map<string, Rect>} */
  const tiles = new Map([[other, { left: 0, top: 0, ...area, role: "main" }]]);
  for (const self of own(wish)) tiles.set(self, floating(area, corner));
  return tiles;
}

/** @param {Size} area @param {Corner} corner @returns {Rect} */
export function floating(area, corner) {
  const upright = area.height > area.width;
  const width = Math.round(upright ? Math.max(88, Math.min(area.width * 0.28, 160)) : Math.max(120, Math.min(area.width * 0.2, 256)));
  const height = Math.round(upright ? (width * 4) / 3 : (width * 9) / 16);
  const margin = area.width < 600 ? 8 : 16;
  const foot = Math.min(FOOT, area.height - height - margin); // The name and the icons of the person behind it stay readable.
  return {
    left: corner.endsWith("left") ? margin : area.width - width - margin,
    top: corner.startsWith("top") ? margin : area.height - height - Math.max(margin, foot),
    width,
    height,
    role: "floating",
  };
}

/** @param {readonly string[]} ids @param {Size} area @returns {Map<string, Rect>} */
function grid(ids, area) {
  const { columns, rows, width, height } = bestGrid(ids.length, area, GAP);
  const top = Math.round((area.height - rows * height - (rows - 1) * GAP) / 2);
  /** @type {Map<string, Rect>} */
  const tiles = new Map();
  ids.forEach((id, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, ids.length - row * columns); // The last row stands in the middle.
    const left = Math.round((area.width - inRow * width - (inRow - 1) * GAP) / 2);
    tiles.set(id, { left: left + (index % columns) * (width + GAP), top: top + row * (height + GAP), width, height, role: "grid" });
  });
  return tiles;
}

/** @param {StageWish} wish @param {string} main @returns {Map<string, Rect>} */
function withMain(wish, main) {
  const { area } = wish;
  const rest = [...wish.others, ...own(wish)].filter((id) => id !== main);
  return area.width >= area.height ? stripBeside(area, main, rest) : stripBelow(area, main, rest);
}

/** @param {Size} area @param {string} main @param {string[]} rest @returns {Map<string, Rect>} */
function stripBeside(area, main, rest) {
  const width = Math.round(Math.min(STRIP.width, area.width * 0.24));
  const most = Math.max(1, Math.floor((area.height + GAP) / (STRIP.minHeight + GAP)));
  const shown = keepLast(rest, most);
  const height = Math.floor(Math.min((width * 9) / 16, (area.height - GAP * (shown.length - 1)) / shown.length));
  /** @type {Map<string, Rect>} */
  const tiles = new Map([[main, { left: 0, top: 0, width: area.width - width - GAP, height: area.height, role: "main" }]]);
  shown.forEach((id, index) => tiles.set(id, { left: area.width - width, top: index * (height + GAP), width, height, role: "strip" }));
  return tiles;
}

/** @param {Size} area @param {string} main @param {string[]} rest @returns {Map<string, Rect>} */
function stripBelow(area, main, rest) {
  const most = Math.max(1, Math.floor((area.width + GAP) / (STRIP.minWidth + GAP)));
  const shown = keepLast(rest, most);
  const width = Math.floor(Math.min(STRIP.width, (area.width - GAP * (shown.length - 1)) / shown.length));
  const height = Math.floor(Math.min(area.height * 0.24, width));
  const left = Math.round((area.width - shown.length * width - (shown.length - 1) * GAP) / 2);
  /** @type {Map<string, Rect>} */
  const tiles = new Map([[main, { left: 0, top: 0, width: area.width, height: area.height - height - GAP, role: "main" }]]);
  shown.forEach((id, index) => tiles.set(id, { left: left + index * (width + GAP), top: area.height - height, width, height, role: "strip" }));
  return tiles;
}

/** As many as fit; the last (one's own picture) is always among them. @param {string[]} ids @param {number} most */
function keepLast(ids, most) {
  return ids.length <= most ? ids : [...ids.slice(0, most - 1), ...ids.slice(-1)];
}
