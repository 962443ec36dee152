/** Staff: what the patient says talking with them takes, where the record does not say it. Nothing is written before a press. */
import { html, signal, useEffect, useState } from "../../vendor/preact.js";
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

/** The record as it was read last; one for the page, where this may be shown in two places. */
const record = signal(/** @type {Recorded | null} */ (null));

/** @param {string | null} patientId @param {string} said */
function useRecord(patientId, said) {
  useEffect(() => {
    let current = true;
    record.value = null;
    if (!patientId || !said) return undefined;
    // A record that is not open to this reader, or cannot be read now, is not proposed anything.
    api.get(`/patients/${patientId}`).then((answer) => { if (current) record.value = answer.patient; }, () => {});
    return () => { current = false; };
  }, [patientId, said]);
  return record.value;
}

export function NeedsProposal() {
  const { session } = useCall();
  const patientId = session.state.value?.session.patient_id ?? null;
  const patient = session.state.value?.participants.find((one) => one.role === "patient" && one.needs?.length);
  const known = useRecord(patientId, patient?.needs?.join() ?? "");
  const [busy, setBusy] = useState(false);
  const missing = known ? NEEDS.filter((need) => patient?.needs?.includes(need) && !known.needs.includes(need)) : [];
  if (!patient || !known || !missing.length) return null;
  const add = async () => {
    setBusy(true);
    try {
      const needs = NEEDS.filter((need) => missing.includes(need) || known.needs.includes(need));
      const answer = await api.patch(`/patients/${patientId}`, { revision: known.revision, needs });
      record.value = answer.patient;
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
