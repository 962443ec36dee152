/** The time, for running clocks: the component is drawn again every `every` milliseconds. */
import { useEffect, useState } from "../../vendor/preact.js";

/** @param {number} [every] @returns {number} milliseconds since the epoch */
export function useNow(every = 1_000) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
