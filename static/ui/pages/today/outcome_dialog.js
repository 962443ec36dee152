/** The card at the end of a visit: how it ended, a note, a message to the patient, a follow-up. All can be left out, and done later from Today. */
import { html, useEffect, useMemo, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { EndCard } from "../../../core/end_card.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { lazy } from "../../components/lazy.js";
import { toast } from "../../components/toast.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useOnline } from "../../use_online.js";
import { visitName } from "../../visit_name.js";
import { VisitRecord } from "../patients/visit_record.js";
import { useStaffUser } from "../staff_user.js";
import { FollowUpPart, MessagePart, useAfter } from "./card_parts.js";

const VisitConnection = lazy(async () => (await import("../patients/visit_connection.js")).VisitConnection);
const OUTCOMES = /** @type {const} */ (["completed", "follow_up", "no_show", "technical", "cancelled"]);
const MAX_NOTE = 20_000;
/** Milliseconds between two tries where the device knows of no cut. */
const AGAIN_MS = 5_000;
/** Refusals that have words of their own. */
const REFUSED = new Set(["no_way", "too_many_messages", "too_many_follow_ups"]);

/** @param {{value: string, onChange: (value: string) => void}} props */
function Outcomes({ value, onChange }) {
  return html`<fieldset class="outcomes">
    <legend>${t("outcome.question")}</legend>
    ${OUTCOMES.map((one) => html`<label key=${one} class=${one === value ? "outcome outcome--chosen" : "outcome"}>
      <input type="radio" name="outcome" value=${one} checked=${one === value} onChange=${() => onChange(one)} /><span>${t(`outcome.${one}`)}</span>
    </label>`)}
  </fieldset>`;
}

/** How the call was, for those who want to know before they say how it ended. @param {{sessionId: string}} props */
function ConnectionPart({ sessionId }) {
  const [open, setOpen] = useState(false);
  const toggled = (/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open);
  return html`<details class="connection__figures" onToggle=${toggled}><summary>${t("connection.title")}</summary>${open && html`<${VisitConnection} sessionId=${sessionId} />`}</details>`;
}

/** What is missing or went wrong, and what of the card is safe. @param {{card: EndCard}} props */
function Trouble({ card }) {
  const fault = card.fault.value;
  const online = useOnline();
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [fault, card.gap.value, online]);
  if (card.gap.value === "no_way") return html`<div ref=${place}><${Banner} kind="urgent">${t("letter.no_way")}</${Banner}></div>`;
  if (card.waits.value) return html`<div ref=${place}><${Banner} kind="warn" testid="card-waits">${t("endcard.waits")} ${t("endcard.kept")}</${Banner}></div>`;
  if (!online) return html`<div ref=${place}><${Banner} kind="warn" testid="card-offline">${t("endcard.offline")} ${t("endcard.kept")}</${Banner}></div>`;
  if (!fault) return null;
  const code = problemCode(fault.error);
  const words = REFUSED.has(code) ? t(`endcard.fault_${code}`) : problemWords(fault.error);
  return html`<div ref=${place}><${Banner} kind="urgent" testid="card-fault">${t(`endcard.failed_${fault.part}`)} ${words} ${t("endcard.kept")}</${Banner}></div>`;
}

/** Saves by itself what a cut held back: as soon as the device says that it has a network, and else every few seconds. @param {EndCard} card @param {() => Promise<void>} save */
function useSaveWhenBack(card, save) {
  const waits = card.waits.value && !card.busy.value;
  useEffect(() => {
    if (!waits) return undefined;
    const again = () => void save();
    const timer = setTimeout(again, AGAIN_MS);
    addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", again);
    };
  }, [waits]);
}

/** @typedef {{task: {session_id: string, patient_name: string | null, begun?: import("../../../core/messages.js").Begun | null}, onClose: () => void}} OutcomeProps */

/** Opens once it is known who writes: nobody gets what somebody else typed here. @param {OutcomeProps} props */
export function OutcomeDialog({ task, onClose }) {
  const user = useStaffUser();
  return user && html`<${CardDialog} owner=${user.id} task=${task} onClose=${onClose} />`;
}

/** @param {OutcomeProps & {owner: string}} props */
function CardDialog({ owner, task, onClose }) {
  const sessionId = task.session_id;
  const card = useMemo(() => new EndCard(sessionId, { owner, post: api.post, storage: () => sessionStorage }), [sessionId, owner]);
  const { after, problem, load } = useAfter(sessionId);
  const [patientId, setPatientId] = useState(/** @type {string | null | undefined} */ (undefined));
  useEffect(() => {
    if (after) setPatientId(after.session.patient_id);
  }, [after]);
  const attached = (/** @type {string | null} */ id) => {
    setPatientId(id);
    void load(); // The record may know a way to the person.
  };
  const save = async () => {
    if (!(await card.save(after?.ways ?? []))) return void load();
    toast(t("outcome.saved"));
    onClose();
  };
  useSaveWhenBack(card, save);
  const { outcome, note } = card.draft.value;
  const actions = html`
    <${Button} label=${t("common.later")} onClick=${onClose} testid="outcome-later" />
    <${Button} kind="primary" label=${t("outcome.save")} busy=${card.busy.value} onClick=${() => void save()} testid="outcome-save" />`;
  return html`<${Dialog} title=${t("outcome.title", { name: visitName(task) || t("today.unnamed") })} open=${true} onClose=${onClose} actions=${actions} testid="end-card">
    <${Outcomes} value=${outcome} onChange=${(/** @type {string} */ next) => card.set({ outcome: next })} />
    <${Field} label=${t("outcome.note")} hint=${t("outcome.note_hint")} value=${note} onInput=${(/** @type {string} */ next) => card.set({ note: next })} multiline=${true} rows=${3} maxlength=${MAX_NOTE} testid="outcome-note" />
    <${MessagePart} card=${card} after=${after} problem=${problem} onRetry=${() => void load()} />
    <${FollowUpPart} card=${card} />
    <${ConnectionPart} sessionId=${sessionId} />
    ${patientId !== undefined && html`<${VisitRecord} sessionId=${sessionId} patientId=${patientId} name=${task.patient_name ?? ""} onChange=${attached} />`}
    <${Trouble} card=${card} />
  </${Dialog}>`;
}
