/** How a visit ended, recorded after the call when nobody did so in it. */
import { html, useEffect, useMemo, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { lazy } from "../../components/lazy.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { VisitRecord } from "../patients/visit_record.js";

const VisitConnection = lazy(async () => (await import("../patients/visit_connection.js")).VisitConnection);
const OUTCOMES = /** @type {const} */ (["completed", "follow_up", "no_show", "technical", "cancelled"]);
const MAX_NOTE = 20_000;

/** @param {{value: string, onChange: (value: string) => void}} props */
function Outcomes({ value, onChange }) {
  return html`<fieldset class="outcomes">
    <legend>${t("outcome.question")}</legend>
    ${OUTCOMES.map((one) => html`<label key=${one} class=${one === value ? "outcome outcome--chosen" : "outcome"}>
      <input type="radio" name="outcome" value=${one} checked=${one === value} onChange=${() => onChange(one)} /><span>${t(`outcome.${one}`)}</span>
    </label>`)}
  </fieldset>`;
}

/**
 * Sends the outcome once, however often the button is pressed.
 * @param {string} sessionId
 * @param {() => void} onDone
 */
function useComplete(sessionId, onDone) {
  const commandId = useMemo(newCommandId, [sessionId]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const save = async (/** @type {string} */ outcome, /** @type {string} */ note) => {
    setBusy(true);
    setProblem("");
    try {
      await api.post(`/sessions/${sessionId}/complete`, { outcome, ...(note.trim() ? { note } : {}), command_id: commandId });
      toast(t("outcome.saved"));
      onDone();
    } catch (error) {
      setProblem(problemWords(error));
      setBusy(false);
    }
  };
  return { busy, problem, save };
}

/** Guests have no record until staff say whose visit it was: the last good moment is now. @param {{sessionId: string, name: string}} props */
function WhoseVisit({ sessionId, name }) {
  const [patientId, setPatientId] = useState(/** @type {string | null | undefined} */ (undefined));
  // Without an answer the outcome can be recorded all the same.
  useEffect(() => void api.get(`/sessions/${sessionId}`).then(({ session }) => setPatientId(session.patient_id), () => {}), [sessionId]);
  return patientId === undefined ? null : html`<${VisitRecord} sessionId=${sessionId} patientId=${patientId} name=${name} onChange=${setPatientId} />`;
}

/** How the call was, for those who want to know before they say how it ended. @param {{sessionId: string}} props */
function ConnectionPart({ sessionId }) {
  const [open, setOpen] = useState(false);
  const toggled = (/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open);
  return html`<details class="connection__figures" onToggle=${toggled}><summary>${t("connection.title")}</summary>${open && html`<${VisitConnection} sessionId=${sessionId} />`}</details>`;
}

/** @param {{task: import("./staff_state.js").Task, onClose: () => void}} props */
export function OutcomeDialog({ task, onClose }) {
  const [outcome, setOutcome] = useState("completed");
  const [note, setNote] = useState("");
  const { busy, problem, save } = useComplete(task.session_id, onClose);
  const actions = html`
    <${Button} label=${t("common.later")} onClick=${onClose} />
    <${Button} kind="primary" label=${t("outcome.save")} busy=${busy} onClick=${() => save(outcome, note)} testid="outcome-save" />`;
  return html`<${Dialog} title=${t("outcome.title", { name: task.patient_name || t("today.unnamed") })} open=${true} onClose=${onClose} actions=${actions}>
    <${Outcomes} value=${outcome} onChange=${setOutcome} />
    <${Field} label=${t("outcome.note")} hint=${t("outcome.note_hint")} value=${note} onInput=${setNote} multiline=${true} rows=${3} maxlength=${MAX_NOTE} />
    <${ConnectionPart} sessionId=${task.session_id} />
    <${WhoseVisit} sessionId=${task.session_id} name=${task.patient_name} />
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}
