/** Pictures taken in a call, loaded when there is one, or somebody wants one. */
import { signal } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { lazy } from "../components/lazy.js";
import { ask } from "./person_actions.js";
import { personName } from "./words.js";

/** Somebody wants to send one without being asked. */
export const wanted = signal(false);
export const StillLayer = lazy(async () => (await import("./stills/layer.js")).StillLayer);

/** Whether there is anything to load the rest for. @param {import("../../core/call_session.js").CallSession} session */
export function hasStills(session) {
  return wanted.value || Boolean(session.state.value?.stills?.length);
}

/** Asks somebody for a picture. @param {import("../../core/call_session.js").CallSession} session @param {import("../../core/messages.js").Participant} person @returns {import("../components/menu.js").MenuItem} */
export function askItem(session, person) {
  const open = session.state.value?.stills?.some((one) => one.participant_id === person.id && (one.state === "asked" || one.state === "sending"));
  const onSelect = () => void ask(session, "still_ask", { participant_id: person.id });
  return { id: "still", label: t("still.ask", { name: personName(person) }), icon: "camera", testid: "still-ask", disabled: Boolean(open) || person.state !== "connected", onSelect };
}
