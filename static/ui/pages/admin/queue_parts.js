/** Who looks after a waiting room, and what is asked at its door. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { newQuestion } from "../../../core/queue_form.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { Switch } from "../../components/switch.js";

/** @typedef {import("../../../core/queue_form.js").QuestionForm} QuestionForm */
/** @typedef {import("../../../core/queue_form.js").QuestionKind} QuestionKind */
/** @typedef {import("./queue_hours.js").PartProps} PartProps */
/** @typedef {{id: string, name: string, role: string}} Person */

const KINDS = /** @type {const} */ (["text", "yes_no", "choice"]);
const MAX_QUESTIONS = 10;

/** @param {PartProps & {staff: Person[]}} props */
export function MembersPart({ form, change, staff }) {
  const { members } = form;
  const of = (/** @type {string} */ id) => members.find((one) => one.user_id === id);
  const toggle = (/** @type {string} */ id) => change({ members: of(id) ? members.filter((one) => one.user_id !== id) : [...members, { user_id: id, alerts: true }] });
  const alert = (/** @type {string} */ id, /** @type {boolean} */ alerts) => change({ members: members.map((one) => (one.user_id === id ? { ...one, alerts } : one)) });
  return html`<fieldset class="queue-part"><legend>${t("admin.queue_members")}</legend>
    <p class="field__hint">${t("admin.queue_members_hint")}</p>
    <ul class="queue-members">${staff.map((person) => html`<li key=${person.id} class="queue-members__line">
      <label class="outcome"><input type="checkbox" checked=${Boolean(of(person.id))} onChange=${() => toggle(person.id)} data-testid="queue-member" /><span>${person.name} <span class="muted">${t(`role.${person.role}`)}</span></span></label>
      ${of(person.id) && html`<${Switch} label=${t("admin.queue_mail")} checked=${of(person.id)?.alerts ?? false} onChange=${(/** @type {boolean} */ on) => alert(person.id, on)} />`}
    </li>`)}</ul>
  </fieldset>`;
}

/** @param {{question: QuestionForm, number: number, onChange: (question: QuestionForm) => void, onRemove: () => void}} props */
function QuestionLine({ question, number, onChange, onRemove }) {
  const kinds = KINDS.map((value) => ({ value, label: t(`admin.queue_kind_${value}`) }));
  return html`<li class="queue-question">
    <${Field} label=${t("admin.queue_question", { number })} value=${question.text} onInput=${(/** @type {string} */ text) => onChange({ ...question, text })} maxlength=${200} testid="queue-question" />
    <${Select} label=${t("admin.queue_kind")} value=${question.kind} options=${kinds} onChange=${(/** @type {string} */ kind) => onChange({ ...question, kind: /** @type {QuestionKind} */ (kind) })} testid="queue-kind" />
    ${question.kind === "choice" && html`<${Field} label=${t("admin.queue_choices")} hint=${t("admin.queue_one_a_line")} value=${question.choices} onInput=${(/** @type {string} */ choices) => onChange({ ...question, choices })} multiline=${true} rows=${3} testid="queue-choices" />`}
    <${Switch} label=${t("admin.queue_required")} checked=${question.required} onChange=${(/** @type {boolean} */ required) => onChange({ ...question, required })} />
    <div><${Button} icon="trash-2" label=${t("admin.queue_remove_question", { number })} onClick=${onRemove} /></div>
  </li>`;
}

/** @param {PartProps} props */
export function DoorPart({ form, change, faults }) {
  const { questions } = form;
  const put = (/** @type {number} */ index, /** @type {QuestionForm} */ next) => change({ questions: questions.map((one, at) => (at === index ? next : one)) });
  return html`<fieldset class="queue-part"><legend>${t("admin.queue_door")}</legend>
    <${Field} label=${t("admin.queue_notice")} hint=${t("admin.queue_notice_hint")} value=${form.notice} onInput=${(/** @type {string} */ notice) => change({ notice })} multiline=${true} rows=${2} maxlength=${500} testid="queue-notice" />
    <${Field} label=${t("admin.queue_reasons")} hint=${t("admin.queue_one_a_line")} value=${form.reasons} onInput=${(/** @type {string} */ reasons) => change({ reasons })} multiline=${true} rows=${4} error=${faults.includes("reasons") ? t("admin.queue_fault_reasons") : ""} testid="queue-reasons" />
    <ol class="queue-questions">${questions.map((question, index) => html`<${QuestionLine} key=${question.id} question=${question} number=${index + 1} onChange=${(/** @type {QuestionForm} */ next) => put(index, next)} onRemove=${() => change({ questions: questions.filter((_, at) => at !== index) })} />`)}</ol>
    ${faults.includes("questions") && html`<p class="field__error" role="alert">${t("admin.queue_fault_questions")}</p>`}
    ${questions.length < MAX_QUESTIONS && html`<div><${Button} icon="plus" label=${t("admin.queue_add_question")} onClick=${() => change({ questions: [...questions, newQuestion()] })} testid="queue-add-question" /></div>`}
  </fieldset>`;
}
