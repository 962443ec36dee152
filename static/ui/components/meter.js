/** Meter: a level between 0 and 1 as bars (the microphone), or a connection as 0 to 3 bars. */
import { html } from "../../vendor/preact.js";

const AUDIO_BARS = 14;
const QUALITY_BARS = 3;

/**
 * @param {{value: number, label: string, kind?: "audio" | "quality"}} props `value` 0 to 1, or 0 to 3 for `quality`
 */
export function Meter({ value, label, kind = "audio" }) {
  const count = kind === "quality" ? QUALITY_BARS : AUDIO_BARS;
  const lit = kind === "quality" ? value : Math.round(Math.min(1, Math.max(0, value)) * count);
  const bars = Array.from({ length: count }, (_, index) => html`<span key=${index} class=${index < lit ? "meter__bar meter__bar--on" : "meter__bar"}></span>`);
  return html`<div class="meter meter--${kind}" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax=${count} aria-valuenow=${lit}>${bars}</div>`;
}
