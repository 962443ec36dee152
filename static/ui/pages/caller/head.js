/** Who is asking, and the code by which both sides know each other: the person on the phone says the same four digits. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";

/** @param {{code: string, large?: boolean}} props */
export function Code({ code, large }) {
  if (!code) return null;
  const spoken = [...code].join(" ");
  return html`<div class=${large ? "code code--large" : "code"} data-testid="caller-code" data-code=${code}>
    <p class="code__label">${t("caller.code")}</p>
    <p class="code__digits" role="img" aria-label=${spoken}>${[...code].map((digit, index) => html`<span key=${index} aria-hidden="true">${digit}</span>`)}</p>
    ${large && html`<p class="code__why">${t("caller.code_why")}</p>`}
  </div>`;
}
