/** The patient's name and the reason for the visit, saved when the field is left. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Field } from "../components/field.js";
import { toast } from "../components/toast.js";
import { NeedsProposal } from "../needs/proposal.js";
import { useCall } from "./context.js";
import { PatientRecordLine } from "./patient_record.js";
import { failureWords } from "./words.js";

/** @param {{field: "patient_name" | "reason", label: string, maxlength: number}} props */
function Detail({ field, label, maxlength }) {
  const { session } = useCall();
  const stored = session.state.value?.session[field] ?? "";
  const [value, setValue] = useState(stored);
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!touched) setValue(stored);
  }, [stored]);
  const save = async () => {
    setTouched(false);
    if (value.trim() === stored) return;
    try {
      await api.patch(`/sessions/${session.sessionId}`, { [field]: value.trim() }, { retry: true });
    } catch (error) {
      setTouched(true);
      toast(failureWords(error));
    }
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter") /** @type {HTMLElement} */ (event.currentTarget).blur();
  };
  const edit = (/** @type {string} */ next) => {
    setTouched(true);
    setValue(next);
  };
  return html`<${Field} label=${label} value=${value} onInput=${edit} maxlength=${maxlength} autocomplete="off" testid=${`edit-${field.replace("_", "-")}`} attributes=${{ onBlur: save, onKeyDown }} />`;
}

export function PatientDetails() {
  return html`<div class="details">
    <${Detail} field="patient_name" label=${t("call.patient_name")} maxlength=${80} />
    <${Detail} field="reason" label=${t("call.reason")} maxlength=${200} />
    <${PatientRecordLine} />
    <${NeedsProposal} />
  </div>`;
}
