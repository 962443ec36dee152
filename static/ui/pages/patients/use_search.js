/** Search as one types: asked when the typing pauses, the answer of an older question is dropped. */
import { useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";

/** @typedef {import("./messages.js").Found} Found */
/** @typedef {{state: "idle" | "loading" | "found" | "failed", patients: Found[], more: boolean, error: unknown}} Search */

/** Milliseconds without a key until the server is asked. */
const PAUSE = 250;
/** Fewer letters mean everybody. */
const ENOUGH = 2;

const IDLE = /** @type {Search} */ ({ state: "idle", patients: [], more: false, error: null });

/**
 * @param {string} text
 * @returns {Search & {retry: () => void}}
 */
export function useSearch(text) {
  const [search, setSearch] = useState(IDLE);
  const [tries, setTries] = useState(0);
  const wanted = text.trim();
  useEffect(() => {
    if (wanted.length < ENOUGH) {
      setSearch(IDLE);
      return undefined;
    }
    setSearch((before) => ({ ...before, state: "loading" }));
    const aborter = new AbortController();
    const ask = async () => {
      try {
        const answer = await api.post("/patients/search", { text: wanted }, { retry: true, signal: aborter.signal });
        if (!aborter.signal.aborted) setSearch({ state: "found", patients: answer.patients, more: answer.more, error: null });
      } catch (error) {
        if (aborter.signal.aborted) return;
        if (problemCode(error) === "not_signed_in") goToSignIn();
        else setSearch({ ...IDLE, state: "failed", error });
      }
    };
    const timer = setTimeout(ask, PAUSE);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [wanted, tries]);
  return { ...search, retry: () => setTries((count) => count + 1) };
}
