/** What was drawn last, in words, for those who do not see it. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { regionOf } from "../../core/incident/drawing.js";

/** Milliseconds a shape stays as it is before it is told: it grows while it is drawn. */
const CALM_MS = 700;

/** @param {readonly import("../../core/messages.js").DrawnShape[]} shapes */
export function newestWords(shapes) {
  const newest = shapes[shapes.length - 1];
  return newest ? t(`draw.said_${newest.kind}`, { number: shapes.length, ...regionOf(newest) }) : "";
}

/** @param {{shapes: readonly import("../../core/messages.js").DrawnShape[]}} props */
export function NewestShape({ shapes }) {
  const words = newestWords(shapes);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), CALM_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return html`<p class="visually-hidden" role="status" data-testid="shape-said">${said}</p>`;
}
