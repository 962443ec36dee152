/** The fields of a short form of staff, kept over a reload until they are sent; with the id of the command that sends them. */
import { useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { newCommandId } from "../core/command_id.js";
import { TypedWords } from "../core/typed_words.js";
import { useStaffUser } from "./pages/staff_user.js";

/** @typedef {{fields: Record<string, string>, id: string}} Draft */

/** Whether what was kept is a draft of today's form: another version of the page may have kept it. @param {Record<string, any> | null} kept @param {Record<string, string>} first @returns {Draft | null} */
function fitting(kept, first) {
  const fields = kept?.["fields"] ?? {};
  const fits = typeof kept?.["id"] === "string" && Object.keys(first).every((name) => typeof fields[name] === "string");
  return fits ? /** @type {Draft} */ (kept) : null;
}

/**
 * Other words are another command: under the id of one whose answer was lost the server would answer with what it has. The same
 * words, also after a reload, are the same command.
 * @template {Record<string, string>} F
 * @param {string} place a form and whom it is about: `incident-end inc_1`; a component has one for its life
 * @param {F} first what stands there before anybody typed
 * @returns {{fields: F, set: (change: Partial<F>) => string, commandId: string, clear: () => void}} `set` says the id from now on; `clear`: it is sent
 */
export function useTyped(place, first) {
  const owner = useStaffUser()?.id;
  const words = useMemo(() => (owner ? new TypedWords({ place, owner, storage: () => sessionStorage }) : null), [place, owner]);
  const begin = () => ({ fields: first, id: newCommandId() });
  const [draft, setDraft] = useState(() => fitting(words?.load() ?? null, first) ?? begin());
  const latest = useRef(draft);
  const touched = useRef(false);
  const put = (/** @type {Draft} */ next) => {
    latest.current = next;
    setDraft(next);
  };
  useLayoutEffect(() => { // Only now it is known who this is.
    if (!words) return;
    if (touched.current) words.keep({ ...latest.current });
    else put(fitting(words.load(), first) ?? latest.current);
  }, [words]);
  return {
    fields: /** @type {F} */ (draft.fields),
    commandId: draft.id,
    set: (change) => {
      const fields = { ...latest.current.fields, ...change };
      if (Object.keys(fields).every((name) => fields[name] === latest.current.fields[name])) return latest.current.id;
      touched.current = true;
      put({ fields, id: newCommandId() });
      if (Object.keys(first).every((name) => fields[name] === first[name])) words?.drop();
      else words?.keep({ ...latest.current });
      return latest.current.id;
    },
    clear: () => {
      touched.current = false;
      words?.drop();
      put(begin());
    },
  };
}
