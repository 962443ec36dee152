/** The list of recordings in pages, newest first; an answer that comes late for other filters is dropped. */
import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { queryOf } from "../../../core/review/list_query.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";

/** @typedef {import("../../../core/review/messages.js").RecordingRow} RecordingRow */
/** @typedef {import("../../../core/review/list_query.js").Filters} Filters */
/** @typedef {{state: "loading" | "found" | "failed", rows: RecordingRow[], next: string | null, error: unknown}} Found */

const NOTHING = /** @type {Found} */ ({ state: "loading", rows: [], next: null, error: null });
/** Milliseconds after the last keystroke until the server is asked. */
const PAUSE = 300;

/** @param {Filters} filters @returns {Found & {more: () => void, again: () => void}} */
export function useRecordings(filters) {
  const [found, setFound] = useState(NOTHING);
  const turn = useRef(0);
  const wanted = JSON.stringify(queryOf(filters));
  const page = async (/** @type {Found} */ kept, /** @type {string | null} */ after) => {
    turn.current += 1;
    const mine = turn.current;
    setFound({ ...kept, state: "loading", error: null });
    try {
      const answer = await api.post("/recordings/search", { ...queryOf(filters), ...(after && { after }) }, { retry: true });
      const before = after ? kept.rows : [];
      if (mine === turn.current) setFound({ state: "found", rows: [...before, ...answer.recordings], next: answer.next, error: null });
    } catch (error) {
      if (mine !== turn.current) return;
      if (problemCode(error) === "not_signed_in") goToSignIn();
      else setFound({ ...kept, state: "failed", error });
    }
  };
  const isFirst = useRef(true);
  useEffect(() => {
    const timer = setTimeout(() => void page({ ...found, next: null }, null), isFirst.current ? 0 : PAUSE);
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [wanted]);
  useEffect(() => {
    const again = () => void page(found, null);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [wanted]);
  return { ...found, more: () => void page(found, found.next), again: () => void page(found, null) };
}
