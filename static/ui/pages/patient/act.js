/** One act on a record: busy while it runs, what went wrong when it did. */
import { useState } from "../../../vendor/preact.js";
import { toast } from "../../components/toast.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";
import { patientProblem, problemField } from "../patients/words.js";

/**
 * @returns {{busy: boolean, problem: string, field: string, run: (act: () => Promise<void>) => Promise<void>}}
 *   `field` is the name of the field at fault, "" when none is
 */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState({ problem: "", field: "" });
  const run = async (/** @type {() => Promise<void>} */ act) => {
    setBusy(true);
    setFault({ problem: "", field: "" });
    try {
      await act();
    } catch (error) {
      if (problemCode(error) === "not_signed_in") goToSignIn();
      setFault({ problem: patientProblem(error), field: problemField(error) });
    }
    setBusy(false);
  };
  return { busy, ...fault, run };
}

/** Runs an act whose failure is told in passing. @param {() => Promise<unknown>} act */
export function quietly(act) {
  act().catch((error) => toast(patientProblem(error)));
}
