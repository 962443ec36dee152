/** Phone line: how to reach the clinic, and the emergency number. Stands on every join, waiting, error and end page. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "./icon.js";

/**
 * RFC 3966: visual separators are allowed, spaces are not.
 * @param {string} number as people write it
 * @returns {string} a tel: URI
 */
export function telephoneUri(number) {
  return `tel:${number.replace(/[^+\d]/g, "")}`;
}

/** @param {{phone: string, emergency: string}} props */
export function PhoneLine({ phone, emergency }) {
  return html`<div class="phone-line">
    ${phone && html`<p class="phone-line__entry"><${Icon} name="phone" /><span>${t("phone.clinic")} <a href=${telephoneUri(phone)}>${phone}</a></span></p>`}
    ${emergency && html`<p class="phone-line__entry phone-line__entry--emergency"><${Icon} name="siren" /><span>${t("phone.emergency")} <a href=${telephoneUri(emergency)}>${emergency}</a></span></p>`}
  </div>`;
}
