/** What being recorded means, in full, behind a line that opens it. The text has a version, which goes with the answer. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { CONSENT_POINTS } from "../../../core/recording_consent.js";

/** @param {{days: number}} props how long a recording is kept; 0: until somebody erases it */
export function ConsentWords({ days }) {
  return html`<details class="consent"><summary>${t("recording.consent.more")}</summary>
    <ul class="consent__points">${CONSENT_POINTS.map((key) => html`<li key=${key}>${t(key, { days })}</li>`)}</ul></details>`;
}
