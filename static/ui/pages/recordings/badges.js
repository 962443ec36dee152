/** What a recording's state, review and rules look like: always icon and word, never colour alone. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { dayWords } from "./words.js";

/** @typedef {import("../../../core/review/messages.js").RecordingRow} RecordingRow */

const REVIEW = /** @type {const} */ ({
  unreviewed: { kind: "plain", icon: "circle-help" },
  in_review: { kind: "brand", icon: "eye" },
  signed_off: { kind: "ok", icon: "circle-check" },
});

/** States other than "ready", which needs no word. @type {Record<string, {kind: "plain" | "warn" | "urgent", icon: string}>} */
const STATES = {
  asking: { kind: "plain", icon: "hourglass" },
  recording: { kind: "urgent", icon: "video" },
  paused: { kind: "warn", icon: "pause" },
  finalising: { kind: "plain", icon: "hourglass" },
  failed: { kind: "urgent", icon: "circle-alert" },
  cancelled: { kind: "plain", icon: "circle-x" },
  erased: { kind: "plain", icon: "trash-2" },
};

/** @param {{status: import("../../../core/review/messages.js").ReviewStatus}} props */
export function ReviewBadge({ status }) {
  const { kind, icon } = REVIEW[status];
  return html`<${Badge} kind=${kind} icon=${icon} testid="review-status">${t(`recordings.review_${status}`)}</${Badge}>`;
}

/** @param {{row: RecordingRow}} props */
export function StateBadge({ row }) {
  const state = STATES[row.state];
  return state ? html`<${Badge} kind=${state.kind} icon=${state.icon}>${t(`recordings.state_${row.state}`)}</${Badge}>` : null;
}

/** @param {{row: RecordingRow}} props what holds for it beyond the usual */
export function RuleBadges({ row }) {
  return html`${row.unread && html`<${Badge} kind="brand" icon="bell" testid="unread">${t("recordings.unread")}</${Badge}>`}
    ${row.hold && html`<${Badge} kind="warn" icon="lock" testid="on-hold">${t("recordings.hold")}</${Badge}>`}
    ${row.decide_by && html`<${Badge} kind="urgent" icon="siren">${t("recordings.decide_by", { day: dayWords(row.decide_by) })}</${Badge}>`}`;
}
