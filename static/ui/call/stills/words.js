/** What is said about pictures: why one was not taken, how much there is, how long it takes. */
import { t } from "../../../core/i18n.js";

/** Faults with words of their own. @type {Record<string, string>} */
const FAULTS = {
  still_heic: "still.fault_heic",
  still_not_a_picture: "still.fault_kind",
  still_damaged: "still.fault_damaged",
  still_too_large: "still.fault_large",
  too_large: "still.fault_large",
  still_too_many_pixels: "still.fault_pixels",
  too_many_stills: "still.fault_many",
  still_over: "still.fault_over",
  visit_ended: "still.fault_ended",
  disk_full: "error.disk_full",
};

/** @param {string} code */
export function faultWords(code) {
  return t(FAULTS[code] ?? "still.fault_other");
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return (bytes / 1_000_000).toLocaleString(document.documentElement.lang || "en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Why nothing goes just now, or nothing. @param {import("../../../core/stills/upload.js").Waiting} waiting */
export function waitingWords(waiting) {
  return waiting ? t(`still.waits_${waiting}`) : "";
}
