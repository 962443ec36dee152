/** A measurement as people read it. */
import { language } from "../../core/i18n.js";

/** @param {import("../../core/messages.js").Vital} vital */
export function vitalText(vital) {
  const number = new Intl.NumberFormat(language());
  const value = vital.second === null ? number.format(vital.value) : `${number.format(vital.value)}/${number.format(vital.second)}`;
  return `${value} ${vital.unit}`.trim();
}
