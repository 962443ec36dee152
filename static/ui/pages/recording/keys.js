/**
 * The player by keys. They act anywhere on the page but in fields and dialogs, and never take a key from the control that has the focus.
 * One may turn them off (WCAG 2.1.4).
 */
import { html, useEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Kbd } from "../../components/kbd.js";
import { Switch } from "../../components/switch.js";
import { zoom } from "../../../core/review/timeline.js";
import { focusChatSearch } from "./chat_tab.js";
import { copyMoment, toggleFullScreen } from "./controls.js";
import { useReview } from "./review.js";

/** @typedef {import("./review.js").Review} Review */
/** @typedef {{review: Review, root: HTMLElement | null}} Parts */
/** @typedef {{keys: string[], shown: string[], word: string, act: (parts: Parts) => void}} Shortcut */

const STORAGE_KEY = "telemed.review-keys";
/** Factor of one step of zoom. */
const ZOOM = 2;

/** @param {Review} review @param {number} factor */
export function zoomBy(review, factor) {
  const { clock } = review.player;
  review.view.value = zoom(review.view.value, factor, clock.position, clock.duration);
}

/** @type {Shortcut[]} */
const SHORTCUTS = [
  { keys: [" ", "k"], shown: ["Space", "K"], word: "key_play", act: ({ review }) => review.player.toggle() },
  { keys: ["j", "arrowleft"], shown: ["J", "←"], word: "key_back", act: ({ review }) => review.player.step(-1) },
  { keys: ["l", "arrowright"], shown: ["L", "→"], word: "key_on", act: ({ review }) => review.player.step(1) },
  { keys: [","], shown: [","], word: "key_frame_back", act: ({ review }) => review.player.frame(-1) },
  { keys: ["."], shown: ["."], word: "key_frame_on", act: ({ review }) => review.player.frame(1) },
  { keys: ["s"], shown: ["S"], word: "key_slower", act: ({ review }) => review.player.clock.stepRate(-1) },
  { keys: ["d"], shown: ["D"], word: "key_faster", act: ({ review }) => review.player.clock.stepRate(1) },
  { keys: ["home"], shown: ["Home"], word: "key_start", act: ({ review }) => review.jump(review.player.begin) },
  { keys: ["end"], shown: ["End"], word: "key_end", act: ({ review }) => review.jump(review.player.clock.duration) },
  { keys: ["m"], shown: ["M"], word: "key_marker", act: ({ review }) => { if (review.can.value.mark) review.newMarker(); } },
  { keys: ["p"], shown: ["P"], word: "key_previous", act: ({ review }) => void review.jumpMarker(-1) },
  { keys: ["n"], shown: ["N"], word: "key_next", act: ({ review }) => void review.jumpMarker(1) },
  { keys: ["g"], shown: ["G"], word: "key_spotlight", act: ({ review }) => { review.mode.value = review.mode.value === "grid" ? "spotlight" : "grid"; } },
  { keys: ["+"], shown: ["+"], word: "key_nearer", act: ({ review }) => zoomBy(review, ZOOM) },
  { keys: ["-"], shown: ["-"], word: "key_farther", act: ({ review }) => zoomBy(review, 1 / ZOOM) },
  { keys: ["c"], shown: ["C"], word: "key_link", act: ({ review }) => void copyMoment(review) },
  { keys: ["f"], shown: ["F"], word: "key_full_screen", act: ({ root }) => void toggleFullScreen(root) },
  { keys: ["/"], shown: ["/"], word: "key_search", act: ({ review }) => focusSearch(review) },
  { keys: ["?"], shown: ["?"], word: "key_help", act: ({ review }) => { review.dialog.value = { name: "keys" }; } },
];

/** Before the next key comes: what is typed at once belongs into the field. Where the chat is still being loaded it takes the focus later. @param {Review} review */
function focusSearch(review) {
  review.tab.value = "chat";
  review.searchWanted.value = true;
  queueMicrotask(() => focusChatSearch(review));
}

/** 1 to 9 pin a person; with Shift they mute. By the key's place: Shift makes other signs of it on each keyboard. @param {KeyboardEvent} event @param {Review} review */
function personKey(event, review) {
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  const lane = digit ? review.player.lanes[Number(digit) - 1] : undefined;
  if (!lane) return false;
  if (!event.shiftKey) review.togglePin(lane.id);
  else review.player.setSound(lane.participantId, { muted: !review.player.sound(lane.participantId).muted });
  return true;
}

const TYPED_INTO = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog, [role=menu]";
const PRESSED = "button, a, summary, [role=tab], input";
const MOVED = "[role=slider], [role=tablist], input[type=range], input[type=radio], [role=region][tabindex]";
const PRESS_KEYS = new Set([" ", "enter"]);
const MOVE_KEYS = new Set(["arrowleft", "arrowright", "arrowup", "arrowdown", "home", "end", "pageup", "pagedown"]);

/** Whether the key belongs to what has the focus. @param {EventTarget | null} target @param {string} key */
function isTaken(target, key) {
  if (document.querySelector("dialog[open]")) return true; // Also when a press beside its controls took the focus from it.
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPED_INTO)) return true;
  if (PRESS_KEYS.has(key) && target.closest(PRESSED)) return true;
  return MOVE_KEYS.has(key) && target.closest(MOVED) !== null;
}

function stored() {
  try {
    return localStorage.getItem(STORAGE_KEY) !== "off";
  } catch {
    return true;
  }
}

/** @param {Review} review @param {import("../../../vendor/preact.js").RefObject<HTMLElement | null>} root @param {boolean} playable */
export function useKeys(review, root, playable) {
  useEffect(() => {
    if (!playable) return undefined;
    review.keys.value = stored();
    const press = (/** @type {KeyboardEvent} */ event) => {
      const key = event.key.toLowerCase();
      if (!review.keys.value || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target, key)) return;
      const shortcut = SHORTCUTS.find((one) => one.keys.includes(key));
      if (shortcut) shortcut.act({ review, root: root.current });
      else if (!personKey(event, review)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [review, playable]);
}

export function KeysDialog() {
  const review = useReview();
  const close = () => { review.dialog.value = null; };
  const change = (/** @type {boolean} */ on) => {
    review.keys.value = on;
    try {
      localStorage.setItem(STORAGE_KEY, on ? "on" : "off");
    } catch {
      // Storage may be denied: the choice then lasts as long as the page.
    }
  };
  return html`<${Dialog} title=${t("review.keys")} open=${true} onClose=${close} testid="keys-dialog" actions=${html`<${Button} kind="primary" label=${t("common.done")} onClick=${close} />`}>
    <${Switch} label=${t("review.keys_on")} hint=${t("review.keys_hint")} checked=${review.keys.value} onChange=${change} testid="keys-on" />
    <dl class="keys">${SHORTCUTS.map((one) => html`<div key=${one.word}><dt>${one.shown.map((key) => html`<${Kbd} key=${key}>${key === "Space" ? t("review.key_space") : key}</${Kbd}> `)}</dt><dd>${t(`review.${one.word}`)}</dd></div>`)}
      <div><dt><${Kbd}>1</${Kbd}>–<${Kbd}>9</${Kbd}></dt><dd>${t("review.key_pin")}</dd></div>
      <div><dt><${Kbd}>${t("review.key_shift")}</${Kbd}> <${Kbd}>1</${Kbd}>–<${Kbd}>9</${Kbd}></dt><dd>${t("review.key_mute")}</dd></div></dl>
  </${Dialog}>`;
}
