/** Who this is, what talking with them takes, and the one thing: start a consultation. */
import { html, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Avatar } from "../../components/avatar.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { handOverLink } from "../../handover.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { birthWords, languageName, patientProblem } from "../patients/words.js";

/** @typedef {import("../patients/messages.js").Patient} Patient */

const NEED_ICONS = /** @type {Record<string, string>} */ ({ cannot_hear: "ear", cannot_speak: "message-square", sign_language: "hand", interpreter: "languages" });

/** @param {{patient: Patient}} props */
export function NeedBadges({ patient }) {
  if (!patient.needs.length) return null;
  const words = (/** @type {string} */ need) =>
    need === "interpreter" && patient.interpreter_language ? t("need.interpreter_for", { language: languageName(patient.interpreter_language) }) : t(`need.${need}`);
  return html`<ul class="badges" aria-label=${t("patient.needs")}>
    ${patient.needs.map((need) => html`<li key=${need}><${Badge} kind="brand" icon=${NEED_ICONS[need]}>${words(need)}</${Badge}></li>`)}
  </ul>`;
}

/** @param {Patient} patient */
function useStart(patient) {
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      const body = { kind: "scheduled", patient_name: patient.name, patient_id: patient.id, command_id: newCommandId() };
      const { session, link } = await api.post("/sessions", body);
      handOverLink(session.id, link);
      location.assign(`/call/${session.id}`);
    } catch (error) {
      setBusy(false);
      toast(patientProblem(error));
    }
  };
  return { busy, start };
}

export function BackLink() {
  return html`<a class="back-link" href="/patients"><${Icon} name="arrow-left" size=${16} /><span>${t("patients.title")}</span></a>`;
}

/** @param {{patient: Patient, can: string[]}} props */
export function PatientHead({ patient, can }) {
  const { busy, start } = useStart(patient);
  return html`<header class="today__head patient-head-row">
    <div class="who">
      <${Avatar} name=${patient.name} large=${true} />
      <div class="who__text"><h1 tabindex="-1">${patient.name}</h1><p class="today__date">${birthWords(patient)}</p><${NeedBadges} patient=${patient} /></div>
    </div>
    ${can.includes("create_session") && html`<div class="today__start">
      <${Button} kind="primary" large=${true} icon="video" label=${t("today.start")} busy=${busy} onClick=${start} testid="start-session" /></div>`}
  </header>`;
}
