/** Single-key shortcuts: off until turned on, never in a field or on a focused control (WCAG 2.1.4), listed by "?". */
import { html, useEffect } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Kbd } from "../components/kbd.js";
import { Switch } from "../components/switch.js";
import { useCall } from "./context.js";
import { toggleFullScreen } from "./more_menu.js";

/** @typedef {import("./context.js").CallParts} CallParts */

/** @type {Record<string, {key: string, act: (parts: CallParts) => void}>} */
const SHORTCUTS = {
  m: { key: "call.key_microphone", act: ({ session }) => void session.media.toggleMicrophone() },
  v: { key: "call.key_camera", act: ({ session }) => void session.media.toggleCamera() },
  c: { key: "call.key_chat", act: ({ view }) => view.toggle("chat") },
  p: { key: "call.key_people", act: ({ view }) => view.toggle("people") },
  s: { key: "call.key_spotlight", act: ({ view }) => { view.spotlight.value = !view.spotlight.value; } },
  f: { key: "call.key_full_screen", act: () => void toggleFullScreen() },
  "?": { key: "call.key_help", act: ({ view }) => { view.dialog.value = { name: "shortcuts" }; } },
};

/** One more, of a part that is loaded later. @param {string} key @param {{key: string, act: (parts: CallParts) => void}} shortcut */
export function addShortcut(key, shortcut) {
  SHORTCUTS[key] = shortcut;
}

/** Whether a key pressed here belongs to what has the focus. @param {EventTarget | null} target */
function isTaken(target) {
  return document.querySelector("dialog[open]") !== null || target instanceof Element && target !== document.body && target.closest("input, textarea, select, button, a, [role], [contenteditable], [tabindex], dialog") !== null;
}

/** Listens for keys while it is drawn: where the person turned them on. */
export function Shortcuts() {
  const parts = useCall();
  useEffect(() => {
    const press = (/** @type {KeyboardEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTaken(event.target)) return;
      const shortcut = SHORTCUTS[event.key.toLowerCase()];
      if (!shortcut) return;
      event.preventDefault();
      shortcut.act(parts);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return null;
}

export function ShortcutsDialog() {
  const { view } = useCall();
  const close = () => { view.dialog.value = null; };
  return html`<${Dialog} title=${t("call.shortcuts")} open=${true} onClose=${close} actions=${html`<${Button} kind="primary" label=${t("common.done")} onClick=${close} />`}>
    <${Switch} label=${t("call.shortcuts_on")} hint=${t("call.shortcuts_hint")} checked=${view.prefs.value.shortcuts} onChange=${(/** @type {boolean} */ shortcuts) => view.prefer({ shortcuts })} />
    <dl class="keys">${Object.entries(SHORTCUTS).map(([key, one]) => html`<div key=${key}><dt><${Kbd}>${key.toUpperCase()}</${Kbd}></dt><dd>${t(one.key)}</dd></div>`)}</dl>
  </${Dialog}>`;
}
