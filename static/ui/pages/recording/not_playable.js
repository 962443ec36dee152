/** A recording that cannot be watched: not yet, no longer, or not by this person; what is known of it stands below. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { AboutTab } from "./about_tab.js";
import { useReview } from "./review.js";

const FAULTS = new Set(["disk_full", "read_only", "too_slow", "key_missing", "empty", "failed"]);
const LATER = new Set(["asking", "recording", "paused", "finalising"]);

/** @param {{onReload: () => void}} props */
export function NotPlayable({ onReload }) {
  const { state, fault } = useReview().recording.value;
  const again = html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${onReload} />`;
  let shown = html`<${EmptyState} icon="lock" level=${2} title=${t("review.not_yours")} testid="not-yours">${t("review.not_yours_more")}</${EmptyState}>`;
  if (LATER.has(state)) {
    const key = state === "finalising" ? "finalising" : "running";
    shown = html`<div role="status"><${EmptyState} icon="hourglass" level=${2} title=${t(`review.${key}`)} testid="not-yet">${t(`review.${key}_more`)}</${EmptyState}></div>`;
  } else if (state === "failed") {
    shown = html`<${ErrorState} level=${2} title=${t("review.broken")} code=${fault || undefined} action=${again} testid="recording-failed">${t(FAULTS.has(fault) ? `review.fault_${fault}` : "review.fault_failed")}</${ErrorState}>`;
  } else if (state === "erased") {
    // Nothing else is left to be seen or done.
    return html`<div class="card"><${EmptyState} icon="trash-2" level=${2} title=${t("review.erased")} testid="erased" action=${html`<${Button} icon="arrow-left" label=${t("review.back")} href="/recordings" />`}>${t("review.erased_more")}</${EmptyState}></div>`;
  } else if (state === "cancelled") {
    shown = html`<${EmptyState} icon="circle-x" level=${2} title=${t("review.cancelled")}>${t("review.cancelled_more")}</${EmptyState}>`;
  }
  return html`<div class="card">${shown}</div><div class="card card--padded"><${AboutTab} /></div>`;
}
