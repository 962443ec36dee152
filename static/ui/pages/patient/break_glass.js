/** Emergency access: a record opened for an hour by giving a reason, and given back early. Everybody concerned is told. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { clockTime, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { useNow } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { useTyped } from "../../use_typed.js";
import { quietly, useAct } from "./act.js";

/** @typedef {{id: string, patient_id: string, opened_at: string, ends_at: string}} Access */

const MIN_REASON = 10;
const MAX_REASON = 500;
/** Who may open a record in an emergency. */
const CARE_ROLES = new Set(["clinician", "dispatcher", "responder"]);

/** @param {import("../staff_user.js").StaffUser | null} user */
export function mayBreakGlass(user) {
  return CARE_ROLES.has(user?.role ?? "");
}

/** @param {{patientId: string, onClose: () => void, onOpened: () => void}} props */
function ReasonDialog({ patientId, onClose, onOpened }) {
  const { fields: { reason }, set, clear } = useTyped(`glass ${patientId}`, { reason: "" });
  const [short, setShort] = useState(false);
  const { busy, problem, run } = useAct();
  const open = () => {
    const tooShort = reason.trim().length < MIN_REASON;
    setShort(tooShort);
    if (tooShort) return;
    void run(async () => {
      await api.post(`/patients/${patientId}/break-glass`, { reason: reason.trim().replace(/\s+/g, " ") });
      clear();
      onOpened();
    });
  };
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    <${Button} kind="danger" label=${t("glass.open")} busy=${busy} onClick=${open} testid="confirm-glass" />`;
  return html`<${Dialog} title=${t("glass.title")} open=${true} onClose=${onClose} actions=${actions}>
    <p>${t("glass.text")}</p>
    <${Field} label=${t("glass.reason")} hint=${t("glass.reason_hint")} value=${reason} onInput=${(/** @type {string} */ next) => set({ reason: next })} multiline=${true} rows=${3} maxlength=${MAX_REASON}
      error=${short ? t("glass.reason_short") : ""} testid="glass-reason" />
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}

/** @param {{patientId: string, onOpened: () => void}} props */
export function BreakGlass({ patientId, onOpened }) {
  const [asking, setAsking] = useState(false);
  return html`<${Button} icon="siren" label=${t("glass.offer")} onClick=${() => setAsking(true)} testid="break-glass" />
    ${asking && html`<${ReasonDialog} patientId=${patientId} onClose=${() => setAsking(false)} onOpened=${onOpened} />`}`;
}

/** @param {{patientId: string, onClosed: () => void}} props says that the record is open by emergency access, and until when */
export function GlassBanner({ patientId, onClosed }) {
  const [access, setAccess] = useState(/** @type {Access | null} */ (null));
  const now = useNow();
  useEffect(() => {
    api.get(`/patients/${patientId}/break-glass`).then((answer) => setAccess(answer.access), () => setAccess(null));
  }, [patientId]);
  useEffect(() => {
    if (!access) return undefined;
    const timer = setTimeout(onClosed, Math.max(0, new Date(access.ends_at).getTime() - Date.now()));
    return () => clearTimeout(timer);
  }, [access]);
  if (!access) return null;
  const close = () => quietly(async () => {
    await api.post(`/break-glass/${access.id}/close`);
    onClosed();
  });
  return html`<${Banner} kind="warn" icon="siren" action=${html`<${Button} label=${t("glass.give_back")} onClick=${close} testid="close-glass" />`}>${t("glass.until", { time: clockTime(access.ends_at) })} ${t("glass.left", { minutes: Math.max(1, Math.ceil((new Date(access.ends_at).getTime() - now) / 60_000)) })}</${Banner}>`;
}
