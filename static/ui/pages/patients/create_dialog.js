/** A new record. People who may be the same are shown first: two records of one person are a danger. */
import { html, useMemo, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { DetailsFields, NO_DETAILS, detailsBody } from "./details_fields.js";
import { FoundList } from "./results.js";
import { patientProblem, problemField } from "./words.js";

/** @typedef {import("./messages.js").Found} Found */
/** @typedef {import("./details_fields.js").Details} Details */

/** @param {Details} details */
function useCreate(details) {
  const commandId = useMemo(newCommandId, [details]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const [known, setKnown] = useState(/** @type {Found[]} */ ([]));
  const create = async (/** @type {boolean} */ confirmed) => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await api.post("/patients", { ...detailsBody(details), confirmed, command_id: commandId });
      if (answer.patient) location.assign(`/patients/${answer.patient.id}`);
      else setKnown(answer.duplicates);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return { busy, problem, known, create, forget: () => setKnown([]) };
}

/** @param {{known: Found[]}} props */
function Duplicates({ known }) {
  return html`<${Banner} kind="warn" testid="duplicates">${t("patients.duplicates", { count: known.length })}</${Banner}>
    <div class="card"><${FoundList} patients=${known} label=${t("patients.duplicates_label")} /></div>`;
}

/** @param {{name: string, onClose: () => void}} props `name` is what was searched for */
export function CreateDialog({ name, onClose }) {
  const [details, setDetails] = useState({ ...NO_DETAILS, name });
  const { busy, problem, known, create, forget } = useCreate(details);
  const field = problem ? problemField(problem) : "";
  const faults = /** @type {Record<string, string>} */ (field ? { [field]: patientProblem(problem) } : {});
  const change = (/** @type {Details} */ next) => {
    setDetails(next);
    forget();
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void create(false);
  };
  const actions = known.length
    ? html`<${Button} label=${t("patients.back_to_details")} onClick=${forget} />
        <${Button} kind="primary" label=${t("patients.create_anyway")} busy=${busy} onClick=${() => create(true)} testid="create-anyway" />`
    : html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
        <${Button} kind="primary" label=${t("patients.create")} busy=${busy} onClick=${() => create(false)} testid="create-patient" />`;
  return html`<${Dialog} title=${t("patients.new")} open=${true} onClose=${onClose} actions=${actions} testid="create-dialog">
    ${known.length ? html`<${Duplicates} known=${known} />` : html`<form class="form" onSubmit=${submit}>
      <${DetailsFields} details=${details} onChange=${change} faults=${faults} />
      <button type="submit" hidden></button>
    </form>`}
    ${problem && !(field in { name: 1, birth_date: 1 }) && html`<${Banner} kind="urgent">${patientProblem(problem)}</${Banner}>`}
  </${Dialog}>`;
}
