/** One note draft for the whole page, so that closing the panel loses no words. */
import { createContext, useContext } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { NoteDraft } from "../../core/note_draft.js";

export const NoteContext = createContext(/** @type {NoteDraft | null} */ (null));

/** @returns {NoteDraft} */
export function useNote() {
  const draft = useContext(NoteContext);
  if (!draft) throw new Error("outside of a call");
  return draft;
}

/** @param {string} sessionId */
export function noteOf(sessionId) {
  const path = `/sessions/${sessionId}/note`;
  return new NoteDraft({ read: () => api.get(path), write: (note) => api.put(path, note) });
}
