/** Field: a labelled text input with hint, warning and error. Errors are tied to the input and announced. */
import { h, html } from "../../vendor/preact.js";
import { Icon } from "./icon.js";
import { useElementId } from "./element_id.js";

/**
 * @typedef {object} FieldProps
 * @property {string} label
 * @property {string} value
 * @property {(value: string) => void} onInput
 * @property {string} [hint] what belongs here, before typing
 * @property {string} [note] a warning that does not block (caps lock)
 * @property {string} [error] what is wrong and what to do
 * @property {"text" | "email" | "password" | "tel" | "search" | "url"} [type]
 * @property {string} [name]
 * @property {string} [autocomplete]
 * @property {number} [maxlength] characters
 * @property {boolean} [multiline]
 * @property {number} [rows]
 * @property {boolean} [required]
 * @property {boolean} [readonly]
 * @property {boolean} [disabled]
 * @property {boolean} [hideLabel] the label is for assistive technology only
 * @property {string} [placeholder]
 * @property {unknown} [trailing] a control inside the right edge
 * @property {string} [testid]
 * @property {import("../../vendor/preact.js").Ref<any>} [inputRef]
 * @property {Record<string, unknown>} [attributes] further attributes and listeners of the input
 */

/**
 * @param {FieldProps} props
 * @param {string} id
 * @param {string} described ids of the elements that describe the input
 */
function input(props, id, described) {
  const { value, onInput, type = "text", error, multiline, rows = 4 } = props;
  return h(multiline ? "textarea" : "input", {
    class: "field__input",
    id,
    ref: props.inputRef,
    value,
    type: multiline ? undefined : type,
    rows: multiline ? rows : undefined,
    name: props.name,
    autocomplete: props.autocomplete,
    maxlength: props.maxlength,
    required: props.required,
    readonly: props.readonly,
    disabled: props.disabled,
    placeholder: props.placeholder,
    "data-testid": props.testid,
    "aria-invalid": error ? "true" : undefined,
    "aria-describedby": described || undefined,
    onInput: (/** @type {Event} */ event) => onInput(/** @type {HTMLInputElement} */ (event.currentTarget).value),
    ...props.attributes,
  });
}

/** @param {FieldProps} props */
export function Field(props) {
  const id = useElementId("field");
  const { label, hint, note, error, trailing, hideLabel } = props;
  const described = [hint && `${id}-hint`, note && `${id}-note`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label class=${hideLabel ? "visually-hidden" : "field__label"} for=${id}>${label}</label>
    ${hint && html`<p class="field__hint" id="${id}-hint">${hint}</p>`}
    <div class=${trailing ? "field__box field__box--trailing" : "field__box"}>
      ${input(props, id, described)}
      ${trailing && html`<span class="field__trailing">${trailing}</span>`}
    </div>
    <div aria-live="polite">
      ${note && html`<p class="field__note" id="${id}-note"><${Icon} name="info" size=${16} />${note}</p>`}
      ${error && html`<p class="field__error" id="${id}-error"><${Icon} name="circle-alert" size=${16} />${error}</p>`}
    </div>
  </div>`;
}
