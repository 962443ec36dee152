/** The record this call's visit is attached to. */
import { html } from "../../vendor/preact.js";
import { VisitRecord } from "../pages/patients/visit_record.js";
import { useCall } from "./context.js";

export function PatientRecordLine() {
  const { session } = useCall();
  const visit = session.state.value?.session;
  return html`<${VisitRecord} sessionId=${session.sessionId} patientId=${visit?.patient_id ?? null} name=${visit?.patient_name ?? ""} />`;
}
