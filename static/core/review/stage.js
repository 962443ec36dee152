// Where the tiles of a recording stand. As in the call tiles never move in the page, only their rectangles change.
import { bestGrid } from "../layout.js";

/** @typedef {import("../layout.js").Size} Size */
/** @typedef {{left: number, top: number, width: number, height: number, role: "main" | "grid" | "strip"}} Rect */
/** @typedef {{id: string, participantId: string, group: "main"|"screen", shown: boolean}} TileWish `shown`: it has a picture, sound or reason to show now */
/** @typedef {{area: Size, tiles: readonly TileWish[], pinned: string | null, mode: "grid" | "spotlight", speaker: string | null}} StageWish `pinned` is a tile, `speaker` a person */

const GAP = 8;
/** Pixels of a tile in the strip beside or below the big one. */
const STRIP = { width: 176, height: 99, least: 84 };

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

/** The big one, and the others beside it on wide stages, below it on upright ones. @param {string} main @param {readonly string[]} others @param {Size} area @returns {Map<string, Rect>} */
function withMain(main, others, area) {
  const beside = area.width > area.height * 1.2;
  const along = beside ? area.height : area.width;
  const wanted = beside ? STRIP.height : STRIP.width;
  const size = Math.max(1, Math.min(wanted, (along - GAP * (others.length - 1)) / others.length));
  const across = beside ? Math.min(STRIP.width, area.width * 0.3) : Math.min(STRIP.height, Math.max(STRIP.least, area.height * 0.28));
  /** @type {Map<string, Rect>} */
  const found = new Map();
  found.set(main, { left: 0, top: 0, width: beside ? area.width - across - GAP : area.width, height: beside ? area.height : area.height - across - GAP, role: "main" });
  others.forEach((id, index) => {
    const step = index * (size + GAP);
    found.set(id, beside
      ? { left: area.width - across, top: step, width: across, height: size, role: "strip" }
      : { left: step, top: area.height - across, width: size, height: across, role: "strip" });
  });
  return found;
}
