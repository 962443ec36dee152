/** Before the visit opens: counts down where the server said how long, and goes on by itself. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { duration, t } from "../../../core/i18n.js";
import { Notice } from "./notice.js";

/** @param {{seconds: number | null}} props */
function Countdown({ seconds }) {
  const [end] = useState(() => (seconds === null ? null : Date.now() + seconds * 1000));
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (end === null) return null;
  return html`<p class="notice-page__clock" role="timer" aria-live="off">${duration((end - now) / 1000)}</p>`;
}

/** @param {{seconds: number | null}} props */
export function TooEarly({ seconds }) {
  return html`<${Notice} icon="clock" title=${t("early.title")} text=${t("early.text")} testid="too-early">
    <${Countdown} key=${seconds} seconds=${seconds} /><p class="muted small">${t("early.by_itself")}</p></${Notice}>`;
}
