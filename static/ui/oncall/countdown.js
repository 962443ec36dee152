/** Seconds since or until a moment, ticking. A clock that is wrong shows a wrong number, never a wrong act: the server decides. */
import { html, useEffect, useState } from "../../vendor/preact.js";

const TICK_MS = 500;

/** @param {string | null} at ISO 8601 @param {"since" | "until"} direction @returns {number | null} whole seconds, never below 0 */
export function useSeconds(at, direction) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!at) return undefined;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
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
