/** DateTime: a time in the reader's zone and order; relative while under a day, and kept up to date. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { language } from "../../core/i18n.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Milliseconds between updates: minutes are the smallest unit shown. */
const REFRESH = 15_000;

/**
 * Milliseconds, now, renewed every 15 s while the component is shown.
 * @returns {number}
 */
export function useNow() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), REFRESH);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/**
 * "in 20 minutes", "5 minutes ago", "now".
 * @param {number} at milliseconds
 * @param {number} now milliseconds
 * @returns {string}
 */
export function relative(at, now) {
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  const difference = at - now;
  if (Math.abs(difference) < MINUTE) return format.format(0, "second");
  if (Math.abs(difference) < HOUR) return format.format(Math.trunc(difference / MINUTE), "minute");
  return format.format(Math.trunc(difference / HOUR), "hour");
}

/**
 * "4 min", "1 hr 5 min"; in a sentence "4 minutes".
 * @param {number} milliseconds
 * @param {"short" | "long"} [unitDisplay]
 * @returns {string}
 */
export function duration(milliseconds, unitDisplay = "short") {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE));
  const unit = (/** @type {number} */ value, /** @type {string} */ name) =>
    new Intl.NumberFormat(language(), { style: "unit", unit: name, unitDisplay }).format(value);
  if (minutes < 60) return unit(minutes, "minute");
  const rest = minutes % 60;
  return rest ? `${unit(Math.floor(minutes / 60), "hour")} ${unit(rest, "minute")}` : unit(minutes / 60, "hour");
}

/**
 * @param {{at: string, kind?: "relative" | "time" | "date"}} props `at` is ISO 8601; `relative` turns into a date after a day
 */
export function DateTime({ at, kind = "relative" }) {
  const now = useNow();
  const moment = new Date(at);
  const full = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(moment);
  let text = full;
  if (kind === "time") text = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(moment);
  else if (kind === "relative" && Math.abs(moment.getTime() - now) < DAY) text = relative(moment.getTime(), now);
  return html`<time datetime=${at} title=${full}>${text}</time>`;
}

/** @param {{since: string}} props how long it has lasted */
export function Duration({ since }) {
  const now = useNow();
  return html`<time datetime=${since}>${duration(now - new Date(since).getTime())}</time>`;
}
