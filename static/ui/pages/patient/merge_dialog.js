/** Two records of one person: find the other one, compare, join. It can be undone. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { LiveCount, NobodyFound, Results } from "../patients/results.js";
import { useSearch } from "../patients/use_search.js";
import { birthWords } from "../patients/words.js";
import { useAct } from "./act.js";

/** @typedef {import("../patients/messages.js").Found} Found */
/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */

/** @param {{kept: Found, merged: Found}} props */
function Comparison({ kept, merged }) {
  const side = (/** @type {Found} */ one, /** @type {string} */ title) => html`<div class="compare__side"><p class="muted">${title}</p><p class="row__title">${one.name}</p><p>${birthWords(one)}</p></div>`;
  return html`<div class="compare">${side(merged, t("patient.join_this"))}<${Icon} name="arrow-right" />${side(kept, t("patient.join_into"))}</div>
    <p>${t("patient.join_text")}</p>`;
}

/** @param {{record: PatientRecord, onClose: () => void, onMerged: (mergeId: string) => void}} props */
export function MergeDialog({ record, onClose, onMerged }) {
  const { patient } = record;
  const [text, setText] = useState(patient.name);
  const [chosen, setChosen] = useState(/** @type {Found | null} */ (null));
  const search = useSearch(text);
  const others = { ...search, patients: search.patients.filter((one) => one.id !== patient.id) };
  const { busy, problem, run } = useAct();
  const merge = () =>
    run(async () => {
      if (!chosen) return;
      const answer = await api.post(`/patients/${patient.id}/merge`, { merged_id: chosen.id, revision: patient.revision });
      onMerged(answer.merge.id);
      onClose();
    });
  const actions = chosen
    ? html`<${Button} label=${t("patient.choose_other")} onClick=${() => setChosen(null)} />
        <${Button} kind="primary" label=${t("patient.join_now")} busy=${busy} onClick=${merge} testid="confirm-merge" />`
    : html`<${Button} label=${t("common.cancel")} onClick=${onClose} />`;
  return html`<${Dialog} title=${t("patient.join")} open=${true} onClose=${onClose} actions=${actions} wide=${true} testid="merge-dialog">
    ${chosen
      ? html`<${Comparison} kept=${patient} merged=${chosen} />`
      : html`<${Field} label=${t("patient.find_other")} type="search" value=${text} onInput=${setText} maxlength=${120} autocomplete="off" testid="merge-search" />
        <${LiveCount} search=${others} />
        <div class="card picker" aria-busy=${search.state === "loading"}><${Results} search=${others} empty=${html`<p class="nothing muted">${t("patients.begin")}</p>`} none=${html`<${NobodyFound} />`} onChoose=${setChosen} /></div>`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}
