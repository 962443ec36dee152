/** Staff: what the patient says talking with them takes, where the record does not say it. Nothing is written before a press. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { toast } from "../components/toast.js";
import { useCall } from "../call/context.js";
import { failureWords, personName } from "../call/words.js";
import { NEEDS, needWord } from "./words.js";

/** @typedef {import("./words.js").Need} Need */
/** @typedef {{revision: number, needs: Need[]}} Recorded */

/** @param {string | null} patientId @param {string} said */
function useRecord(patientId, said) {
  const [record, setRecord] = useState(/** @type {Recorded | null} */ (null));
  useEffect(() => {
    let current = true;
    setRecord(null);
    if (!patientId || !said) return undefined;
    // A record that is not open to this reader, or cannot be read now, is not proposed anything.
    api.get(`/patients/${patientId}`).then((answer) => current && setRecord(answer.patient), () => {});
    return () => { current = false; };
  }, [patientId, said]);
  return { record, setRecord };
}

export function NeedsProposal() {
  const { session } = useCall();
  const patientId = session.state.value?.session.patient_id ?? null;
  const patient = session.state.value?.participants.find((one) => one.role === "patient" && one.needs?.length);
  const { record, setRecord } = useRecord(patientId, patient?.needs?.join() ?? "");
  const [busy, setBusy] = useState(false);
  const missing = record ? NEEDS.filter((need) => patient?.needs?.includes(need) && !record.needs.includes(need)) : [];
  if (!patient || !record || !missing.length) return null;
  const add = async () => {
    setBusy(true);
    try {
      const needs = NEEDS.filter((need) => missing.includes(need) || record.needs.includes(need));
      const answer = await api.patch(`/patients/${patientId}`, { revision: record.revision, needs });
      setRecord(answer.patient);
      toast(t("needs.record_added"));
    } catch (error) {
      toast(failureWords(error));
    }
    setBusy(false);
  };
  const needs = missing.map(needWord).join(", ");
  return html`<${Banner} icon="ear" testid="needs-proposal"><p><strong>${t("needs.record_title", { name: personName(patient), needs })}</strong></p><p class="small">${t("needs.record_hint")}</p>
    <${Button} label=${t("needs.record_add")} busy=${busy} onClick=${add} testid="needs-to-record" /></${Banner}>`;
}
