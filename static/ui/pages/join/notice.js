/** A page that says one thing: what happened, what comes next, what to do, and the clinic's number within reach. */
import { html, useLayoutEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Icon } from "../../components/icon.js";
import { telephoneUri } from "../../components/telephone.js";
import { useViewFocus } from "../../view_focus.js";

/**
 * @typedef {object} NoticeProps
 * @property {string} icon
 * @property {"plain" | "ok" | "warn"} [kind]
 * @property {string} title
 * @property {string} text
 * @property {unknown} [children] between text and actions
 * @property {unknown} [actions] buttons, the likeliest first
 * @property {boolean} [call] shows the clinic's number large
 * @property {string} [phone] another number than the clinic's
 * @property {string} [code] for support
 * @property {string} [testid]
 */

/** The page's foot shows the clinic's number too; once is enough, and here it is larger. @param {string} phone */
function useOnlyNumber(phone) {
  useLayoutEffect(() => {
    const small = phone ? document.querySelector(".patient-foot .phone-line__entry:not(.phone-line__entry--emergency)") : null;
    small?.setAttribute("hidden", "");
    return () => small?.removeAttribute("hidden");
  }, [phone]);
}

/** The clinic's number, large: the way that always works. @param {{or: boolean, phone: string}} props `or`: there is another way above it */
function CallClinic({ or, phone }) {
  useOnlyNumber(phone);
  if (!phone) return null;
  return html`<p class="notice-page__call"><span>${t(or ? "notice.or_call_us" : "notice.call_us")}</span><a href=${telephoneUri(phone)}>${phone}</a></p>`;
}

/** @param {{code: string}} props */
function Technical({ code }) {
  return html`<details class="technical"><summary>${t("notice.technical")}</summary>
    <div class="technical__body"><p>${t("notice.technical_more")}</p><code>${code} · ${new Date().toISOString()}</code></div></details>`;
}

/** @param {NoticeProps} props */
export function Notice({ icon, kind = "plain", title, text, children, actions, call = true, phone = clinicOfPage().phone, code, testid }) {
  const heading = useViewFocus(title);
  return html`<div class="notice-page" data-testid=${testid}>
    <span class="notice-page__icon notice-page__icon--${kind}"><${Icon} name=${icon} size=${34} /></span>
    <h1 ref=${heading} tabindex="-1">${title}</h1>
    <p class="muted">${text}</p>
    ${children}
    ${actions && html`<div class="notice-page__actions">${actions}</div>`}
    ${call && html`<${CallClinic} or=${Boolean(actions)} phone=${phone} />`}
    ${code && html`<${Technical} code=${code} />`}
  </div>`;
}
