// A calendar day in words. It has no time and belongs to no zone: it is the same day wherever it is read.
import { language } from "./i18n.js";

/**
 * @param {string} date "1956-03-12"
 * @param {"long" | "medium"} [style] "12 March 1956", or "12 Mar 1956" where there is little room
 */
export function calendarDay(date, style = "long") {
  return new Intl.DateTimeFormat(language(), { dateStyle: style, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}
