/** Names of roles and states in the reader's language. */
import { duration, t } from "../../core/i18n.js";
import { CommandError } from "../../core/commands.js";
import { problemWords } from "../problem_words.js";

/** @param {import("../../core/messages.js").Role} role */
export function roleWord(role) {
  return t(`call.role_${role}`);
}

/** @param {import("../../core/messages.js").ParticipantState} state */
export function stateWord(state) {
  return t(`call.state_${state}`);
}

/** A name to show: people who have not given one are called by their role. @param {{name: string, role: import("../../core/messages.js").Role}} person */
export function personName({ name, role }) {
  return name.trim() || roleWord(role);
}

const BARS = ["none", "poor", "fair", "good"];

/** @param {number} bars 0-3 */
export function connectionWord(bars) {
  return t(`call.bars_${BARS[bars] ?? "none"}`);
}

/** The same in words anybody understands, with what one may notice. @param {number} bars 0-3 */
export function connectionSentence(bars) {
  return t(`call.signal_${BARS[bars] ?? "none"}`);
}

/** How somebody is connected. @param {string} way udp, tcp, relay or empty */
export function wayWord(way) {
  if (way === "relay") return t("call.way_relay");
  return way ? t("call.way_direct", { protocol: way.toUpperCase() }) : t("call.way_unknown");
}

/** How long something lasts, as a clock. @param {string | null} since @param {number} now milliseconds since the epoch */
export function lasting(since, now) {
  return since ? duration((now - Date.parse(since)) / 1000) : "";
}

/** What to say when a command or request failed. @param {unknown} error */
export function failureWords(error) {
  if (!(error instanceof CommandError)) return problemWords(error);
  if (error.code === "timeout" || error.code === "closed") return t("error.timeout");
  if (error.code === "conflict") return t("error.conflict");
  return t(error.code === "not_allowed" ? "error.not_allowed" : "error.unexpected");
}
