/** Figures of a connection as the reader's language writes them. */
import { language } from "../core/i18n.js";

/** @param {number} share 0 to 1 */
export function percent(share) {
  return new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 1 }).format(share);
}

/** The number alone. @param {number} rate bit/s */
export function kilobits(rate) {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 0 }).format(rate / 1000);
}
