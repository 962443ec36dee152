/** Which recording this is, what holds for it, and what must be decided about it. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { ReviewBadge, StateBadge } from "../recordings/badges.js";
import { lengthWords, momentWords, spokenLength, titleWords } from "../recordings/words.js";
import { EraseBanner } from "./erase_banner.js";
import { useReview } from "./review.js";

/** An emergency's recording is destroyed unless somebody decides to keep it. */
function DecisionBanner() {
  const { recording, can, dialog } = useReview();
  const { basis, decide_by: until, reason, hold } = recording.value;
  if (basis !== "emergency" || !until) return null;
  const acts = can.value.decide && html`<${Button} label=${t("review.keep")} onClick=${() => { dialog.value = { name: "keep" }; }} testid="decide-keep" />
    ${!hold && html`<${Button} kind="plain" label=${t("review.destroy")} onClick=${() => { dialog.value = { name: "destroy" }; }} testid="decide-destroy" />`}`;
  return html`<${Banner} kind="warn" icon="siren" action=${acts} testid="decision">${hold ? t("review.emergency_held") : t("review.emergency", { day: momentWords(until) })} ${reason && t("review.emergency_reason", { reason })}</${Banner}>`;
}

function HoldBanner() {
  const { recording } = useReview();
  const { hold, hold_reason: reason } = recording.value;
  return hold ? html`<${Banner} kind="info" icon="lock" testid="hold">${t("review.on_hold")} ${reason && html`<q>${reason}</q>`}</${Banner}>` : null;
}

export function Head() {
  const { recording } = useReview();
  const row = recording.value;
  return html`<header class="review__head">
      <h1 tabindex="-1">${titleWords(row)}</h1>
      <p class="review__facts muted">${row.started_at && html`<time datetime=${row.started_at}>${momentWords(row.started_at)}</time>`}
        ${row.duration_ms ? html`<span><span aria-hidden="true">${lengthWords(row.duration_ms)}</span><span class="visually-hidden">${spokenLength(row.duration_ms)}</span></span>` : null}
        <span>${t(`recordings.kind_${row.kind}`)}</span></p>
      <div class="recording-row__badges"><${ReviewBadge} status=${row.review_status} /><${StateBadge} row=${row} />
        ${row.basis === "emergency" && html`<${Badge} kind="warn" icon="siren">${t("review.basis_emergency")}</${Badge}>`}</div>
    </header>
    <${DecisionBanner} /><${HoldBanner} /><${EraseBanner} />`;
}
