/** The record a visit is attached to: open it, attach the visit to one, detach it. In the call, and after it with the outcome. Staff only. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { LiveCount, NobodyFound, Results } from "./results.js";
import { useSearch } from "./use_search.js";
import { patientProblem } from "./words.js";

/** @typedef {import("./messages.js").Found} Found */

/** @param {{name: string, onClose: () => void, onChoose: (patient: Found) => Promise<void>}} props */
function AttachDialog({ name, onClose, onChoose }) {
  const [text, setText] = useState(name);
  const [problem, setProblem] = useState("");
  const search = useSearch(text);
  const choose = (/** @type {Found} */ patient) => {
    setProblem("");
    onChoose(patient).then(onClose, (error) => setProblem(patientProblem(error)));
  };
  return html`<${Dialog} title=${t("patient.attach")} open=${true} onClose=${onClose} wide=${true} testid="attach-dialog"
    actions=${html`<${Button} label=${t("common.cancel")} onClick=${onClose} />`}>
    <${Field} label=${t("patients.search")} hint=${t("patients.search_hint")} type="search" value=${text} onInput=${setText} maxlength=${120} autocomplete="off" testid="attach-search" />
    <${LiveCount} search=${search} />
    <div class="card picker" aria-busy=${search.state === "loading"}><${Results} search=${search} empty=${html`<p class="nothing muted">${t("patients.begin")}</p>`} none=${html`<${NobodyFound} />`} onChoose=${choose} /></div>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{sessionId: string, patientId: string | null, name: string, onChange?: (patientId: string | null) => void}} props `name`: what the search begins with; `onChange`: what to show from now on, where nobody else says so */
export function VisitRecord({ sessionId, patientId, name, onChange = () => {} }) {
  const [choosing, setChoosing] = useState(false);
  const path = `/sessions/${sessionId}/patient`;
  const attach = async (/** @type {{id: string}} */ patient) => {
    const answer = await api.post(path, { patient_id: patient.id }, { retry: true });
    onChange(answer.session.patient_id);
    toast(t("patient.attached"));
  };
  const detached = () => {
    onChange(null);
    toast(t("patient.detached"), { undo: () => void attach({ id: patientId ?? "" }).catch((error) => toast(patientProblem(error))) });
  };
  const detach = () => void api.post(`${path}/detach`, {}, { retry: true }).then(detached, (error) => toast(patientProblem(error)));
  return html`<div class="details__record">
    ${patientId
      ? html`<${Button} icon="external-link" label=${t("patient.open_record")} href="/patients/${patientId}" attributes=${{ target: "_blank", rel: "noopener" }} testid="open-record" />
          <${Button} kind="plain" label=${t("patient.detach_short")} onClick=${detach} testid="detach-record" />`
      : html`<${Button} icon="link" label=${t("patient.attach")} onClick=${() => setChoosing(true)} testid="attach-record" />`}
    ${choosing && html`<${AttachDialog} name=${name} onClose=${() => setChoosing(false)} onChoose=${attach} />`}
  </div>`;
}
