/** Second step: the code that was sent. It says the same whether or not anything was. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { useViewFocus } from "../../view_focus.js";
import { DemoCode } from "../demo_code.js";

const DIGITS = 6;
/** Seconds until another code may be asked for: messages take that long on a slow day. */
const AGAIN_SECONDS = 30;

/** Seconds left until `at`. @param {number} at milliseconds */
function useSecondsTo(at) {
  const seconds = () => Math.max(0, Math.ceil((at - Date.now()) / 1000));
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    setLeft(seconds());
    const timer = setInterval(() => setLeft(seconds()), 1000);
    return () => clearInterval(timer);
  }, [at]);
  return left;
}

/** @param {{steps: import("./flow.js").Steps, step: {contact: string, asked: number}}} props */
function OtherWays({ steps, step }) {
  const left = useSecondsTo(step.asked + AGAIN_SECONDS * 1000);
  return html`<div class="my__ways">
    <p class="muted">${t("my.no_code")}</p>
    <div class="form__acts">
      <${Button} label=${left > 0 ? t("my.again_in", { seconds: left }) : t("my.again")} disabled=${left > 0 || steps.busy} onClick=${() => steps.ask(step.contact)} testid="code-again" />
      <${Button} kind="plain" label=${t("my.other_contact")} onClick=${steps.restart} testid="other-contact" />
    </div>
  </div>`;
}

/** @param {{steps: import("./flow.js").Steps, step: {contact: string, asked: number}}} props */
export function CodeStep({ steps, step }) {
  const heading = useViewFocus(t("my.code_title"), { focus: false });
  const [code, setCode] = useState("");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    setCode("");
    input.current?.focus();
  }, [step.asked]);
  const submit = async (/** @type {string} */ typed) => {
    if (steps.busy || typed.length !== DIGITS) return;
    await steps.confirm(typed);
    input.current?.select();
  };
  const onInput = (/** @type {string} */ typed) => {
    const digits = typed.replace(/\D/g, "").slice(0, DIGITS);
    setCode(digits);
    if (digits.length === DIGITS && digits !== code) void submit(digits);
  };
  return html`<form class="form" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void submit(code); }} novalidate>
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("my.code_title")}</h1>
      <p class="page__lead" role="status">${t("my.code_lead", { contact: step.contact })}</p></div>
    <${DemoCode} contact=${step.contact} asked=${step.asked} />
    <${Field} label=${t("my.code")} name="code" autocomplete="one-time-code" testid="code" inputRef=${input} value=${code} onInput=${onInput}
      error=${steps.problem || undefined} attributes=${{ inputmode: "numeric", pattern: "[0-9]*", class: "field__input my__code" }} />
    <${Button} kind="primary" type="submit" large=${true} wide=${true} busy=${steps.busy} disabled=${code.length !== DIGITS} label=${t("my.open")} testid="confirm-code" />
    <${OtherWays} steps=${steps} step=${step} />
  </form>`;
}
