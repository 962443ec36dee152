/** Whether somebody of the staff made sure who a person in the call is, and saying so: kept with the visit, for everybody who reads it later. */
import { html } from "../../vendor/preact.js";
import { clockTime, t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { Menu } from "../components/menu.js";
import { toast } from "../components/toast.js";
import { useCall } from "./context.js";
import { ask } from "./person_actions.js";
import { personName } from "./words.js";

/** @typedef {import("../../core/messages.js").Participant} Participant */
/** @typedef {import("../../core/messages.js").IdentityHow} IdentityHow */

const WAYS = /** @type {const} */ (["said", "document", "known"]);
const ICONS = { said: "message-square", document: "file-text", known: "user" };

/** @param {import("../../core/call_session.js").CallSession} session @param {Participant} person @param {IdentityHow | null} how null: it is taken back */
export async function confirmIdentity(session, person, how) {
  const done = await ask(session, "confirm_identity", { participant_id: person.id, how });
  if (done && how) toast(t("identified.done", { name: personName(person) }), { undo: () => void confirmIdentity(session, person, null) });
  return done;
}

/** "Identity confirmed by Dr. Amsel at 10:04: name and date of birth said". @param {import("../../core/messages.js").IdentityCheck} check */
export function identityWords({ by, at, how }) {
  return t("identified.confirmed", { by, at: clockTime(at), how: t(`identified.how_${how}`) });
}

/** @param {{person: Participant}} props */
export function IdentityLine({ person }) {
  const { session } = useCall();
  const name = personName(person);
  const items = WAYS.map((how) => ({ id: how, label: t(`identified.by_${how}`), icon: ICONS[how], testid: `identity-${how}`, onSelect: () => void confirmIdentity(session, person, how) }));
  if (person.identity) {
    return html`<p class="identity small" data-testid="identity"><${Icon} name="user-check" size=${16} /> <span>${identityWords(person.identity)}</span>
      <${Button} kind="plain" label=${t("identified.take_back")} onClick=${() => void confirmIdentity(session, person, null)} testid="identity-back" attributes=${{ "aria-label": t("identified.take_back_of", { name }) }} /></p>`;
  }
  return html`<p class="identity small" data-testid="identity"><${Icon} name="circle-help" size=${16} /> <span>${t("identified.none")}</span>
    <${Menu} label=${t("identified.confirm_of", { name })} icon="user-check" align="start" items=${items} testid="identity-menu" /></p>`;
}
