// Where the tiles of a recording stand. As in the call tiles never move in the page, only their rectangles change.
import { bestGrid } from "../layout.js";

/** @typedef {import("../layout.js").Size} Size */
/** @typedef {{left: number, top: number, width: number, height: number, role: "main" | "grid" | "strip"}} Rect */
/** @typedef {{id: string, participantId: string, group: "main"|"screen", shown: boolean}} TileWish `shown`: it has a picture, sound or reason to show now */
/** @typedef {{area: Size, tiles: readonly TileWish[], pinned: string | null, mode: "grid" | "spotlight", speaker: string | null}} StageWish `pinned` is a tile, `speaker` a person */

const GAP = 8;
/** Pixels of a tile in the strip beside or below the big one, and the least with which it still shows who it is. */
const STRIP = { width: 176, height: 99, leastWidth: 84, leastHeight: 72 };
/** Most of the stage that the strip may take: in one line, and in several. */
const ONE_LINE = 0.3;
const SEVERAL_LINES = 0.4;

/**
 * The tile that takes the stage: pinned, else a shared screen, else in spotlight who speaks; null: all alike.
 * @param {StageWish} wish
 * @returns {string | null}
 */
export function mainTile({ tiles, pinned, mode, speaker }) {
  const shown = tiles.filter((tile) => tile.shown);
  const found = shown.find((tile) => tile.id === pinned) ?? shown.find((tile) => tile.group === "screen");
  if (found) return found.id;
  if (mode === "grid") return null;
  return (shown.find((tile) => tile.group === "main" && tile.participantId === speaker) ?? shown[0])?.id ?? null;
}

/** @param {StageWish} wish @returns {Map<string, Rect>} a tile without rectangle is not shown */
export function layoutReview(wish) {
  const shown = wish.tiles.filter((tile) => tile.shown).map((tile) => tile.id);
  const main = mainTile(wish);
  if (main === null || shown.length < 2) return grid(shown, wish.area);
  return withMain(main, shown.filter((id) => id !== main), wish.area);
}

/** @param {readonly string[]} ids @param {Size} area @returns {Map<string, Rect>} */
function grid(ids, area) {
  const { columns, rows, width, height } = bestGrid(ids.length, area, GAP);
  const top = (area.height - rows * height - (rows - 1) * GAP) / 2;
  return new Map(ids.map((id, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, ids.length - row * columns);
    const left = (area.width - inRow * width - (inRow - 1) * GAP) / 2;
    /** @type {Rect} */
    const rect = { left: left + (index % columns) * (width + GAP), top: top + row * (height + GAP), width, height, role: "grid" };
    return [id, rect];
  }));
}

/**
 * How the strip is cut up: `along` it, from one end of the stage to the other, and `across`, in as many lines as it takes.
 * @param {number} count @param {{along: number, across: number, least: number, wanted: Size}} room pixels; `wanted.width` is meant across
 */
function cut(count, { along, across, least, wanted }) {
  const most = Math.max(1, Math.floor((along + GAP) / (least + GAP)));
  const lines = Math.ceil(count / most);
  const inLine = Math.ceil(count / lines);
  const size = Math.max(1, Math.min(wanted.height, (along - GAP * (inLine - 1)) / inLine));
  const part = lines > 1 ? SEVERAL_LINES : ONE_LINE;
  return { lines, inLine, size, thick: Math.max(1, Math.min(wanted.width, (across * part - GAP * (lines - 1)) / lines)) };
}

/** The big one, and the others beside it on wide stages, below it on upright ones. @param {string} main @param {readonly string[]} others @param {Size} area @returns {Map<string, Rect>} */
function withMain(main, others, area) {
  const beside = area.width > area.height * 1.2;
  const { lines, inLine, size, thick } = beside
    ? cut(others.length, { along: area.height, across: area.width, least: STRIP.leastHeight, wanted: STRIP })
    : cut(others.length, { along: area.width, across: area.height, least: STRIP.leastWidth, wanted: { width: STRIP.height, height: STRIP.width } });
  const strip = lines * (thick + GAP);
  /** @type {Map<string, Rect>} */
  const found = new Map();
  found.set(main, { left: 0, top: 0, width: beside ? area.width - strip : area.width, height: beside ? area.height : area.height - strip, role: "main" });
  others.forEach((id, index) => {
    const [line, place] = [Math.floor(index / inLine), index % inLine];
    const [across, along] = [line * (thick + GAP) - strip + GAP, place * (size + GAP)];
    found.set(id, beside
      ? { left: area.width + across, top: along, width: thick, height: size, role: "strip" }
      : { left: along, top: area.height + across, width: size, height: thick, role: "strip" });
  });
  return found;
}
