/** A search of the audit trail in pages, newest rows first. */
import { useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";

/** @typedef {import("./messages.js").Page} Page */
/** @typedef {import("./messages.js").Question} Question */
/** @typedef {import("./messages.js").Row} Row */
/** @typedef {{state: "idle" | "loading" | "found" | "failed", rows: Row[], names: Map<string, string>, next: number | null, error: unknown}} Found */

const IDLE = /** @type {Found} */ ({ state: "idle", rows: [], names: new Map(), next: null, error: null });

/** @returns {Found & {ask: (question: Question) => void, more: () => void, again: () => void, question: Question}} */
export function useSearch() {
  const [found, setFound] = useState(IDLE);
  const question = useRef(/** @type {Question} */ ({}));
  const turn = useRef(0);
  const page = async (/** @type {number | null} */ before, /** @type {Found} */ kept) => {
    turn.current += 1;
    const mine = turn.current;
    setFound({ ...kept, state: "loading", error: null });
    try {
      const answer = /** @type {Page} */ (await api.post("/audit/search", { ...question.current, ...(before !== null && { before }) }));
      if (mine !== turn.current) return;
      const names = new Map(kept.names);
      for (const person of answer.people) names.set(person.id, person.name);
      setFound({ state: "found", rows: [...kept.rows, ...answer.rows], names, next: answer.next, error: null });
    } catch (error) {
      if (mine !== turn.current) return;
      if (problemCode(error) === "not_signed_in") goToSignIn();
      else setFound({ ...kept, state: "failed", error });
    }
  };
  return {
    ...found,
    question: question.current,
    ask: (next) => {
      question.current = next;
      void page(null, IDLE);
    },
    more: () => void page(found.next, found),
    again: () => void page(found.rows.length ? found.next : null, found),
  };
}
