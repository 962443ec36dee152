/** Emergency accesses in pages, newest first. */
import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";

/** @typedef {"unreviewed" | "open" | "all"} Show */
/** @typedef {{id: string, patient_id: string, patient_name: string, reason: string, opened_at: string, ends_at: string, open: boolean, closed_at: string | null, user: {id: string, name: string, role: string | null}, reviewed_at: string | null, reviewed_by: string | null}} Access */
/** @typedef {{state: "loading" | "found" | "failed", rows: Access[], next: string | null, error: unknown}} Found */

const NOTHING = /** @type {Found} */ ({ state: "loading", rows: [], next: null, error: null });

/** @param {Show} show @returns {Found & {more: () => void, again: () => void}} */
export function useAccesses(show) {
  const [found, setFound] = useState(NOTHING);
  const turn = useRef(0);
  const page = async (/** @type {Found} */ kept, /** @type {string | null} */ after) => {
    turn.current += 1;
    const mine = turn.current;
    setFound({ ...kept, state: "loading", error: null });
    try {
      const answer = await api.post("/break-glass/search", { show, ...(after && { after }) });
      const before = after ? kept.rows : [];
      if (mine === turn.current) setFound({ state: "found", rows: [...before, ...answer.accesses], next: answer.next, error: null });
    } catch (error) {
      if (problemCode(error) === "not_signed_in") goToSignIn();
      else if (mine === turn.current) setFound({ ...kept, state: "failed", error });
    }
  };
  useEffect(() => void page(NOTHING, null), [show]);
  return { ...found, more: () => void page(found, found.next), again: () => void page(found, null) };
}
