/** One record as the page holds it: loaded once, put anew by each change, closed when the server says so. */
import { useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";

/** @typedef {import("../patients/messages.js").PatientRecord} PatientRecord */
/** @typedef {{patient: import("../patients/messages.js").Found, team: {name: string, role: string}[], can?: string[]}} Door */
/** @typedef {{state: "loading" | "open" | "closed" | "failed", record: PatientRecord | null, door: Door | null, error: unknown}} Loaded */

const LOADING = /** @type {Loaded} */ ({ state: "loading", record: null, door: null, error: null });

/** @returns {string} the id in the address */
export function patientIdOfPage() {
  return location.pathname.split("/")[2] ?? "";
}

/** @param {string} id @returns {Promise<Loaded>} */
async function load(id) {
  try {
    const record = await api.get(`/patients/${id}`);
    return { ...LOADING, state: "open", record };
  } catch (error) {
    if (problemCode(error) === "not_signed_in") goToSignIn();
    if (problemCode(error) !== "record_closed") return { ...LOADING, state: "failed", error };
  }
  try {
    return { ...LOADING, state: "closed", door: await api.get(`/patients/${id}/door`) };
  } catch (error) {
    return { ...LOADING, state: "failed", error };
  }
}

/**
 * @param {string} id
 * @returns {Loaded & {reload: () => Promise<void>, put: (part: Partial<PatientRecord>) => void}}
 */
export function useRecord(id) {
  const [loaded, setLoaded] = useState(LOADING);
  const reload = async () => setLoaded(await load(id));
  useEffect(() => void reload(), [id]);
  const kept = loaded.record?.patient.id;
  useEffect(() => {
    // A joined record leads to the one that was kept: the address follows.
    if (kept && kept !== id) history.replaceState(null, "", `/patients/${kept}`);
  }, [kept]);
  const put = (/** @type {Partial<PatientRecord>} */ part) =>
    setLoaded((before) => (before.record ? { ...before, record: { ...before.record, ...part } } : before));
  return { ...loaded, reload, put };
}
