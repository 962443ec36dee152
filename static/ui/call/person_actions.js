/** What staff can do about a person in the call. Hold is taken back by a press; removing asks first. */
import { t } from "../../core/i18n.js";
import { toast } from "../components/toast.js";
import { askItem } from "./stills_parts.js";
import { failureWords, personName } from "./words.js";

/** @typedef {import("../../core/call_session.js").CallSession} CallSession */
/** @typedef {import("../../core/messages.js").Participant} Participant */

/**
 * Sends a command about a person and says so when it fails.
 * @param {CallSession} session
 * @param {string} name
 * @param {Record<string, unknown>} fields
 */
export async function ask(session, name, fields) {
  try {
    await session.command(name, fields);
    return true;
  } catch (error) {
    toast(failureWords(error));
    return false;
  }
}

/** @param {CallSession} session @param {Participant} person */
export async function hold(session, person) {
  const done = await ask(session, "hold", { participant_id: person.id });
  if (done) toast(t("call.held", { name: personName(person) }), { undo: () => void resume(session, person) });
}

/** @param {CallSession} session @param {Participant} person */
export function resume(session, person) {
  return ask(session, "resume", { participant_id: person.id });
}

/**
 * @param {CallSession} session
 * @param {import("./view_state.js").ViewState} view
 * @param {Participant} person
 * @returns {import("../components/menu.js").MenuItem[]}
 */
export function personActions(session, view, person) {
  /** @type {import("../components/menu.js").MenuItem[]} */
  const items = [];
  if (person.id === session.me.value?.id) return items;
  if (session.can("hold")) items.push({ id: "connection", label: t("call.quality_show"), icon: "activity", testid: "show-quality", onSelect: () => view.show("technical") });
  if (session.can("still")) items.push(askItem(session, person));
  if (session.can("hold")) {
    if (person.state === "on_hold") items.push({ id: "resume", label: t("call.resume"), icon: "play", testid: "resume", onSelect: () => void resume(session, person) });
    else items.push({ id: "hold", label: t("call.hold"), icon: "pause", testid: "hold", disabled: person.state !== "connected", onSelect: () => void hold(session, person) });
  }
  if (session.can("remove")) {
    items.push({ id: "remove", label: t("call.remove"), icon: "user-x", danger: true, testid: "remove", onSelect: () => { view.dialog.value = { name: "remove", participantId: person.id }; } });
  }
  return items;
}
