/** The call and its view, handed down to every part of the stage. */
import { createContext, useContext } from "../../vendor/preact.js";

/** @typedef {{session: import("../../core/call_session.js").CallSession, view: import("./view_state.js").ViewState, onEnd: (reason: string | null) => void}} CallParts */

export const CallContext = createContext(/** @type {CallParts | null} */ (null));

/** @returns {CallParts} */
export function useCall() {
  const parts = useContext(CallContext);
  if (!parts) throw new Error("outside of a call");
  return parts;
}
