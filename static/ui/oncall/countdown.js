/** Seconds since or until a moment of the server, ticking. By the server's clock: phones whose own is minutes off show the same. */
import { html, useEffect, useState } from "../../vendor/preact.js";

const TICK_MS = 500;
/** Milliseconds: what the way and the whole seconds of a header can make of two clocks that agree. */
const ALIKE_MS = 2_500;

/** By how much the clock of this device is ahead of the server's. */
let ahead = 0;
/** @type {Promise<void> | null} */
let compared = null;

/** Once for a page. Without an answer the own clock counts: it shows a wrong number then, never does a wrong act. */
async function compare() {
  try {
    const { headers } = await fetch("/livez", { method: "HEAD", cache: "no-store" });
    const off = Date.now() - Date.parse(headers.get("Date") ?? "");
    if (Math.abs(off) > ALIKE_MS) ahead = off;
  } catch {
    compared = null; // No network: the next one asks again.
  }
}

const serverNow = () => Date.now() - ahead;

/** @param {string | null} at ISO 8601 @param {"since" | "until"} direction @returns {number | null} whole seconds, never below 0 */
export function useSeconds(at, direction) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!at) return undefined;
    compared ??= compare();
    const timer = setInterval(() => setNow(serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, [at]);
  if (!at) return null;
  const seconds = (now - Date.parse(at)) / 1000;
  return Math.max(0, Math.round(direction === "since" ? seconds : -seconds));
}

/** @param {number} seconds */
export function clockOf(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {{at: string | null, direction: "since" | "until"}} props */
export function Countdown({ at, direction }) {
  const seconds = useSeconds(at, direction);
  return seconds === null ? null : html`<span class="countdown" role="timer">${clockOf(seconds)}</span>`;
}
