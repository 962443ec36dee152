/** What of the recording is open in this page, and the ways to change it. */
import { signal } from "../../../vendor/preact.js";
import { CommandError } from "../../../core/commands.js";
import { language, t } from "../../../core/i18n.js";
import { CONSENT_VERSION } from "../../../core/recording_consent.js";
import { toast } from "../../components/toast.js";
import { failureWords } from "../words.js";

/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */
/** @typedef {"stop" | "emergency" | "bystander"} DeskDialog */

/** The question is put off, by the person: the mark brings it back. */
export const putOff = signal(false);
/** The card with one's own part is open. */
export const ownOpen = signal(false);
/** @type {import("../../../vendor/preact.js").Signal<DeskDialog | null>} */
export const dialog = signal(null);
/** Why there is no recording is said later. */
export const reasonPutOff = signal(false);
/** Menu entries of those who lead, loaded with their part. @type {import("../../../vendor/preact.js").Signal<() => import("../../components/menu.js").MenuItem[]>} */
export const leadItems = signal(() => []);

/** Refusals with words of their own, by the server's code. @type {Record<string, string>} */
const REFUSALS = {
  recording_open: "recording.refused_open",
  recording_over: "recording.refused_over",
  recording_off: "recording.refused_off",
  emergency_off: "recording.refused_off",
  nobody_agreed: "recording.refused_nobody",
  text_changed: "recording.refused_text",
  recording_disk_full: "recording.refused_room",
  recording_quota: "recording.refused_room",
  recording_read_only: "recording.refused_disk",
  recording_key_missing: "recording.refused_disk",
  recording_too_slow: "recording.refused_disk",
  recording_failed: "recording.refused_disk",
};

/** What to say when a command about the recording failed. @param {unknown} error */
export function refusalWords(error) {
  const key = error instanceof CommandError ? REFUSALS[error.code] : undefined;
  return key ? t(key) : failureWords(error);
}

/**
 * Sends a command, and says so when it fails.
 * @param {CallSession} session @param {string} name @param {Record<string, unknown>} fields
 */
export async function send(session, name, fields) {
  try {
    await session.command(name, fields);
    return true;
  } catch (error) {
    toast(refusalWords(error));
    return false;
  }
}

/** Another call of the same page begins afresh. */
export function clearDesk() {
  putOff.value = false;
  ownOpen.value = false;
  dialog.value = null;
  reasonPutOff.value = false;
  leadItems.value = () => [];
}

/** Whether who leads is asked why there is no recording. @param {import("../../../core/messages.js").Recording} recording */
export function reasonWanted(recording) {
  return recording.unrecorded_reason_wanted && !reasonPutOff.value;
}

/** Whether this seat leads the recording. @param {CallSession} session */
export function leads(session) {
  return session.can("record");
}

/**
 * Says what the person wants; it holds at once, and withdrawing can be taken back.
 * @param {CallSession} session
 * @param {"agree" | "refuse" | "withdraw"} answer
 */
export async function consent(session, answer) {
  const done = await send(session, "recording_consent", { answer, text_version: CONSENT_VERSION, language: language() });
  if (!done) return false;
  putOff.value = false;
  ownOpen.value = false;
  if (answer === "withdraw") toast(t("recording.withdrawn"), { undo: () => void consent(session, "agree") });
  return true;
}

/**
 * A command about the recording in progress.
 * @param {CallSession} session @param {string} name without `recording_` @param {Record<string, unknown>} [fields]
 */
export function act(session, name, fields = {}) {
  return send(session, `recording_${name}`, { recording_id: session.state.value?.recording?.id ?? "", ...fields });
}
