/** One emergency access: who, whose record, why, when, and what a privacy officer can do about it. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { ListRow } from "../../components/list_row.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";

/** @typedef {import("./use_accesses.js").Access} Access */

/** @param {{access: Access}} props */
function State({ access }) {
  if (access.open) return html`<${Badge} kind="warn" icon="siren">${t("privacy.open")}</${Badge}>`;
  if (access.reviewed_at) return html`<${Badge} kind="ok" icon="check">${t("privacy.reviewed_by", { name: access.reviewed_by ?? "" })}</${Badge}>`;
  return html`<${Badge}>${t("privacy.to_review")}</${Badge}>`;
}

/** @param {{access: Access, isOwn: boolean, onChanged: () => void}} props */
export function AccessRow({ access, isOwn, onChanged }) {
  const [busy, setBusy] = useState(false);
  const act = async (/** @type {"close" | "review"} */ what) => {
    setBusy(true);
    try {
      await api.post(`/break-glass/${access.id}/${what}`);
      onChanged();
    } catch (error) {
      toast(problemWords(error));
    }
    setBusy(false);
  };
  const end = access.closed_at ?? access.ends_at;
  const meta = html`<p>${t("privacy.opened_by", { name: access.user.name, role: access.user.role ? t(`role.${access.user.role}`) : "" })}</p>
    <p><${DateTime} at=${access.opened_at} kind="date" /> – <${DateTime} at=${end} kind="time" /></p><p class="privacy-reason"><q>${access.reason}</q></p><p><${State} access=${access} /></p>`;
  const review = !access.open && !access.reviewed_at && !isOwn;
  const acts = html`${access.open && html`<${Button} label=${t("privacy.close")} busy=${busy} onClick=${() => act("close")} testid="close-access" />`}
    ${review && html`<${Button} label=${t("privacy.review")} busy=${busy} onClick=${() => act("review")} testid="review-access" />`}
    ${isOwn && !access.reviewed_at && html`<p class="muted">${t("privacy.own")}</p>`}`;
  return html`<${ListRow} class="privacy-row" title=${access.patient_name} meta=${meta} end=${acts} testid="access" />`;
}
