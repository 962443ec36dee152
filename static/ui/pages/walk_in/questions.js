/** The clinic's own questions. Its words are shown as they are. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Field } from "../../components/field.js";
import { Choice } from "./choice.js";
import { MAX_ANSWER } from "./entering.js";

/** @typedef {import("./entering.js").Question} Question */

/** @param {{question: Question, value: string | boolean | undefined, onChange: (value: string | boolean) => void, error: string | undefined}} props */
export function QuestionField({ question, value, onChange, error }) {
  const field = `question_${question.id}`;
  const hint = question.required ? undefined : t("walk.optional");
  if (question.kind === "text") {
    return html`<div data-field=${field}><${Field} label=${question.text} hint=${hint} value=${typeof value === "string" ? value : ""} onInput=${onChange} multiline=${true} rows=${2}
      maxlength=${MAX_ANSWER} error=${error} testid=${field} attributes=${{ dir: "auto" }} /></div>`;
  }
  const options = question.kind === "yes_no"
    ? [{ value: "yes", label: t("walk.yes") }, { value: "no", label: t("walk.no") }]
    : question.choices.map((choice) => ({ value: choice, label: choice }));
  const chosen = typeof value === "boolean" ? (value ? "yes" : "no") : (value ?? "");
  const changed = (/** @type {string} */ option) => onChange(question.kind === "yes_no" ? option === "yes" : option);
  return html`<${Choice} legend=${question.text} hint=${hint} options=${options} value=${chosen} onChange=${changed} error=${error} field=${field} />`;
}
