/** Who came by a waiting room: at the beginning of the call what to confirm; while we call back, what to do if nobody comes. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { isCalledBack } from "../../core/queue_state.js";
import { Button } from "../components/button.js";
import { clockTime } from "../../core/i18n.js";
import { PersonFacts } from "../pages/queues/confirm_card.js";
import { QueueDialogs } from "../pages/queues/dialogs.js";
import { nameOf } from "../pages/queues/desk.js";
import { Needs } from "../pages/queues/facts.js";
import { useCall } from "./context.js";
import { confirmIdentity } from "./identity_line.js";
import { queueLink } from "./queue_link.js";
import { Card } from "./recording/card.js";

/** @typedef {import("../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../pages/queues/desk.js").Desk} Desk */

const PUT_OFF = "telemed-identity-later-";

/** Whether the card was put away in this tab before a reload. @param {string} entryId */
function wasPutOff(entryId) {
  try {
    return sessionStorage.getItem(PUT_OFF + entryId) !== null;
  } catch {
    return false;
  }
}

/** @param {string} entryId */
function rememberPutOff(entryId) {
  try {
    sessionStorage.setItem(PUT_OFF + entryId, "1");
  } catch {
    // Then it is asked again after a reload.
  }
}

/** @param {{entry: EntryRow, desk: Desk}} props */
function CallingBack({ entry, desk }) {
  const name = nameOf(entry);
  const next = async () => {
    if (await desk.act("queue_put_back", { entry_id: entry.id })) location.assign("/queues");
  };
  const actions = html`<${Button} icon="hourglass" label=${t("queues.wait_more")} onClick=${() => void desk.keepWaiting(entry)} testid="keep-waiting" />
    <${Button} icon="arrow-right" label=${t("queues.next_one")} onClick=${() => void next()} testid="put-back" />
    <${Button} icon="user-x" label=${t("queues.act_no_show")} onClick=${() => desk.open("no_show", entry)} testid="no-show" />`;
  const until = entry.held_until ? clockTime(entry.held_until) : "";
  return html`<${Card} title=${t(entry.decide ? "queues.not_back_title" : "queues.calling_back_title", { name })} urgent=${entry.decide} actions=${actions} testid="calling-back-card">
    <p>${entry.decide ? t("queues.not_back_more") : t("queues.calling_back_more", { until })}</p>
  </${Card}>`;
}

/** @param {{entry: EntryRow}} props */
function Confirm({ entry }) {
  const { session } = useCall();
  const [later, setLater] = useState(() => wasPutOff(entry.id));
  const [busy, setBusy] = useState(false);
  const seatId = entry.into_participant_id ?? entry.participant_id;
  const person = session.others.value.find((one) => one.id === seatId);
  const putOff = () => {
    rememberPutOff(entry.id);
    setLater(true);
  };
  const confirm = async () => {
    if (!person) return;
    setBusy(true);
    await confirmIdentity(session, person, "said");
    setBusy(false);
  };
  if (later || !person || person.identity || !session.can("confirm")) return null;
  const actions = html`<${Button} label=${t("identified.not_now")} onClick=${putOff} testid="confirm-later" />
    <${Button} kind="primary" icon="user-check" label=${t("identified.by_said")} busy=${busy} onClick=${() => void confirm()} testid="confirmed" />`;
  return html`<${Card} title=${t("queues.confirm_who")} onClose=${putOff} testid="confirm-in-call" actions=${actions}>
    <p>${t(entry.birth_date ? "queues.confirm_how" : "queues.confirm_how_unknown")}</p><${PersonFacts} entry=${entry} /><div class="facts__badges"><${Needs} entry=${entry} /></div>
  </${Card}>`;
}

export function QueueCard() {
  const { session } = useCall();
  const { store, desk } = queueLink();
  const state = store.state.value;
  const here = state?.entries.filter((one) => one.taken_by && (one.into_session_id ?? one.session_id) === session.sessionId) ?? [];
  if (!state || !here.length) return null;
  const me = { id: here[0]?.taken_by?.user_id ?? "", role: session.state.value?.you.role ?? "" };
  const card = (/** @type {EntryRow} */ entry) => (isCalledBack(entry) ? html`<${CallingBack} key=${entry.id} entry=${entry} desk=${desk} />` : entry.state === "being_seen" && html`<${Confirm} key=${entry.id} entry=${entry} />`);
  return html`${here.map(card)}<${QueueDialogs} desk=${desk} state=${state} me=${me} />`;
}
