/** What a visit goes by for staff. */
import { t } from "../core/i18n.js";

/**
 * The patient's name; without one, what was called from which scene and by whom.
 * @param {{patient_name?: string | null, begun?: import("../core/messages.js").Begun | null}} visit
 */
export function visitName({ patient_name: patient, begun }) {
  return patient || (begun ? t("scene.at", { speciality: begun.speciality, name: begun.by }) : "");
}

/** The same for a call that one is in. @param {import("../core/messages.js").CallState | null} state */
export const callName = (state) => visitName({ ...state?.session, begun: state?.scene?.begun ?? null });
