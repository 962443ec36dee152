/** Everything that is needed now and then: devices, notes, window, settings, help. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Menu } from "../components/menu.js";
import { useCall } from "./context.js";
import { wanted } from "./stills_parts.js";

/** @typedef {import("../components/menu.js").MenuItem} MenuItem */
/** @typedef {import("./view_state.js").ViewState} ViewState */

/** @param {ViewState} view */
async function togglePictureInPicture(view) {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await view.mainVideo.value?.requestPictureInPicture();
  } catch {
    // The picture has gone meanwhile, or the browser keeps it in the page.
  }
}

/** The whole page, bars included. */
export async function toggleFullScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    // Refused: the page stays as it is.
  }
}

/** @param {ViewState} view @returns {MenuItem[]} */
function windowItems(view) {
  /** @type {MenuItem[]} */
  const items = [];
  const full = view.fullScreen.value;
  if (document.fullscreenEnabled) items.push({ id: "fullscreen", label: t(full ? "call.leave_full_screen" : "call.full_screen"), icon: full ? "minimize" : "maximize", onSelect: () => void toggleFullScreen(), testid: "full-screen" });
  if (document.pictureInPictureEnabled && view.mainVideo.value) items.push({ id: "pip", label: t("call.picture_in_picture"), icon: "picture-in-picture-2", onSelect: () => void togglePictureInPicture(view), testid: "picture-in-picture" });
  return items;
}

export function MoreMenu() {
  const { session, view } = useCall();
  const prefs = view.prefs.value;
  /** @type {MenuItem[]} */
  const items = [{ id: "devices", label: t("call.devices"), icon: "settings", onSelect: () => { view.dialog.value = { name: "devices" }; }, testid: "open-devices" }];
  const audioOnly = session.audioOnly.value;
  items.push({ id: "audio-only", label: t(audioOnly ? "call.show_video" : "call.audio_only"), icon: audioOnly ? "video" : "headphones", onSelect: () => session.hearOnly(!audioOnly), testid: "audio-only" });
  items.push({ id: "needs", label: t("needs.menu"), icon: "ear", onSelect: () => { view.dialog.value = { name: "needs" }; }, testid: "open-needs" });
  if (session.can("note")) items.push({ id: "notes", label: t("call.notes"), icon: "notebook-pen", onSelect: () => view.show("notes"), testid: "open-notes" });
  if (session.can("invite")) items.push({ id: "invite", label: t("call.invite_person"), icon: "user-plus", onSelect: () => { view.dialog.value = { name: "invite" }; }, testid: "open-invite" });
  if (session.can("chat")) items.push({ id: "still", label: t("still.send_one"), icon: "camera", onSelect: () => { wanted.value = true; }, testid: "still-own" });
  if (session.state.value?.scene && session.can("invite")) items.push({ id: "help", label: t("oncall.help"), icon: "siren", onSelect: () => { view.dialog.value = { name: "help" }; }, testid: "open-help" });
  items.push(...view.moreItems.value(), ...windowItems(view));
  items.push(
    { id: "sounds", label: t(prefs.sounds ? "call.sounds_off" : "call.sounds_on"), icon: prefs.sounds ? "bell" : "bell-off", onSelect: () => view.prefer({ sounds: !prefs.sounds }) },
    { id: "shortcuts", label: t("call.shortcuts"), icon: "keyboard", onSelect: () => { view.dialog.value = { name: "shortcuts" }; }, testid: "open-shortcuts" },
    { id: "technical", label: t("call.technical"), icon: "activity", onSelect: () => view.show("technical"), testid: "open-technical" },
  );
  return html`<div class="bar__more"><${Menu} label=${t("call.more")} items=${items} side="above" align="end" icon="ellipsis" testid="more" class="bar__button bar__button--menu" /><span class="bar__label" aria-hidden="true">${t("call.more")}</span></div>`;
}
