/** What being recorded means, in full, behind a line that opens it. The text has a version, which goes with the answer. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";

const POINTS = ["recording.consent.what", "recording.consent.why", "recording.consent.who", "recording.consent.kept", "recording.consent.change"];

export function ConsentWords() {
  return html`<details class="consent"><summary>${t("recording.consent.more")}</summary>
    <ul class="consent__points">${POINTS.map((key) => html`<li key=${key}>${t(key)}</li>`)}</ul></details>`;
}
