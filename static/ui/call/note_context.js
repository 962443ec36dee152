/** One note draft for the whole page of staff, so that closing the panel loses no words. */
import { createContext, useContext } from "../../vendor/preact.js";

/** @typedef {import("../../core/note_draft.js").NoteDraft} NoteDraft */

export const NoteContext = createContext(/** @type {NoteDraft | null} */ (null));

/** @returns {NoteDraft} */
export function useNote() {
  const draft = useContext(NoteContext);
  if (!draft) throw new Error("outside of a call of staff");
  return draft;
}
