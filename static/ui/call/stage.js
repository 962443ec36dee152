/** The stage: measures itself, asks the layout where everything stands, and draws tiles there. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { layoutStage } from "../../core/stage_layout.js";
import { Button } from "../components/button.js";
import { useCall } from "./context.js";
import { Lobby } from "./lobby.js";
import { SelfTile } from "./self_tile.js";
import { ScreenTile, Tile, place } from "./tile.js";

/** @typedef {import("../../core/messages.js").Participant} Participant */

const SELF = "self";

/** @param {import("../../vendor/preact.js").RefObject<HTMLElement | null>} ref */
function useSize(ref) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/**
 * The tile that takes the stage, if any: what the person pinned, else a shared screen, else (in spotlight) the speaker.
 * @param {{pinned: string | null, spotlight: boolean, speaker: string | null, ids: readonly string[]}} facts
 */
function mainTile({ pinned, spotlight, speaker, ids }) {
  if (pinned && ids.includes(pinned)) return pinned;
  const screen = ids.find((id) => id.startsWith("screen:"));
  if (screen) return screen;
  if (!spotlight) return null;
  return speaker && ids.includes(speaker) ? speaker : (ids[0] ?? null);
}

/** Who only watches came to see: the one picture there is takes the stage, and voices have less room. @param {Participant[]} others */
function onlyPicture(others) {
  const [first, ...more] = others.filter((one) => one.media.camera);
  return first && !more.length ? first.id : null;
}

/** Keeps the last speaker on the stage while nobody speaks. @param {string | null} speaker @param {string | undefined} me */
function useLastSpeaker(speaker, me) {
  const last = useRef(/** @type {string | null} */ (null));
  if (speaker && speaker !== me) last.current = speaker;
  return last.current;
}

/** @param {Participant[]} others @param {boolean} audioOnly @returns {Map<string, {person: Participant, screen: boolean}>} tiles by id */
function tilesOf(others, audioOnly) {
  const tiles = new Map();
  for (const person of others) tiles.set(person.id, { person, screen: false });
  for (const person of audioOnly ? [] : others) {
    if (person.media.screen && person.tracks.some((track) => track.source === "screen")) tiles.set(`screen:${person.id}`, { person, screen: true });
  }
  return tiles;
}

/**
 * Height in device pixels of each picture that is received, by track; 0 for those without a tile.
 * @param {Map<string, {person: Participant, screen: boolean}>} tiles @param {Map<string, import("../../core/stage_layout.js").Rect>} rects
 */
function pictureSizes(tiles, rects) {
  const sizes = new Map();
  for (const [id, { person, screen }] of tiles) {
    const track = person.tracks.find((one) => one.source === (screen ? "screen" : "camera"));
    if (track) sizes.set(track.id, (rects.get(id)?.height ?? 0) * (globalThis.devicePixelRatio || 1));
  }
  return sizes;
}

export function Stage() {
  const { session, view } = useCall();
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const area = useSize(ref);
  const tiles = tilesOf(session.others.value, session.audioOnly.value);
  const speaker = useLastSpeaker(session.speaker.value, session.me.value?.id);
  const ids = [...tiles.keys()];
  const watches = !session.media.sends;
  const main = mainTile({ pinned: view.pinned.value, spotlight: view.spotlight.value, speaker, ids }) ?? (watches ? onlyPicture(session.others.value) : null);
  const stage = layoutStage({ area, others: ids, self: watches ? null : SELF, main, corner: view.prefs.value.corner, lobby: true });
  const self = stage.tiles.get(SELF);
  useEffect(() => {
    const chosen = tiles.get(view.pinned.value ?? "");
    const first = chosen?.person.tracks.find((one) => one.source === (chosen.screen ? "screen" : "camera"));
    if (area.width > 0) session.showing.show(pictureSizes(tiles, stage.tiles), first?.id);
  });
  const unseen = ids.filter((id) => !stage.tiles.has(id)).length;
  return html`<div class="stage" ref=${ref} aria-label=${t("call.stage")} role="region">
    ${area.width > 0 && ids.map((id) => {
      const rect = stage.tiles.get(id);
      const tile = tiles.get(id);
      if (!rect || !tile) return null;
      return tile.screen ? html`<${ScreenTile} key=${id} person=${tile.person} rect=${rect} />` : html`<${Tile} key=${id} person=${tile.person} rect=${rect} />`;
    })}
    ${area.width > 0 && unseen > 0 && html`<div class="stage__more" key="more"><${Button} icon="users" label=${t("call.more_people", { count: unseen })} onClick=${() => view.show("people")} testid="more-people" /></div>`}
    ${stage.lobby && html`<div class="stage__lobby" key="lobby" style=${place(stage.lobby)}><${Lobby} /></div>`}
    ${area.width > 0 && self && html`<${SelfTile} key="self" rect=${self} area=${area} />`}
  </div>`;
}
