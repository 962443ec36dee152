/** Six digits from an authenticator app: the right keyboard, filled in by phones that can. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Field } from "../components/field.js";

/** @param {{value: string, onInput: (value: string) => void, error?: string | undefined, testid?: string, inputRef?: import("../../vendor/preact.js").Ref<any>}} props */
export function CodeField({ value, onInput, error, testid = "code", inputRef }) {
  const digits = (/** @type {string} */ typed) => onInput(typed.replace(/\D/g, "").slice(0, 6));
  return html`<${Field} label=${t("identity.code")} hint=${t("identity.code_hint")} name="code" autocomplete="one-time-code" value=${value} onInput=${digits}
    error=${error} testid=${testid} inputRef=${inputRef} attributes=${{ inputmode: "numeric", autocapitalize: "off", spellcheck: false }} />`;
}
