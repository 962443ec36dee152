/** What those who lead find in the menu: one list, in the order of a recording's life. */
import { t } from "../../../core/i18n.js";
import { leaderActs } from "../../../core/recording.js";
import { act, dialog, send } from "./desk.js";
import { markHere } from "./marks.js";

/** @typedef {import("../../components/menu.js").MenuItem} MenuItem */
/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */

/** @param {CallSession} session @returns {MenuItem[]} */
export function menuOf(session) {
  const acts = leaderActs(session.state.value?.recording);
  /** @type {[import("../../../core/recording.js").LeaderAct, string, () => void][]} */
  const all = [
    ["ask", "circle-dot", () => void send(session, "recording_ask", {})],
    ["emergency", "circle-alert", () => { dialog.value = "emergency"; }],
    ["begin", "circle-dot", () => void act(session, "begin")],
    ["cancel", "x", () => void act(session, "stop")],
    ["mark", "pin", () => markHere(session)],
    ["pause", "pause", () => void act(session, "pause")],
    ["resume", "play", () => void act(session, "resume")],
    ["bystander", "user-plus", () => { dialog.value = "bystander"; }],
    ["stop", "circle-x", () => { dialog.value = "stop"; }],
  ];
  return all.filter(([name]) => acts.has(name)).map(([name, icon, onSelect]) => ({ id: `recording-${name}`, label: t(`recording.do_${name}`), icon, onSelect, testid: `menu-recording-${name}` }));
}
