/** What staff told everybody who waits, and what happened while the person was away. */
import { html, useState } from "../../../../vendor/preact.js";
import { clockTime, t } from "../../../../core/i18n.js";
import { Banner } from "../../../components/banner.js";
import { Button } from "../../../components/button.js";

/** @typedef {import("../../../../core/messages.js").Queue} Queue */

/** @param {{queue: Queue | null}} props */
export function LineNotices({ queue }) {
  const [read, setRead] = useState("");
  if (!queue) return null;
  const missed = queue.called_at && queue.place !== null && read !== queue.called_at;
  const understood = html`<${Button} kind="plain" label=${t("line.understood")} onClick=${() => setRead(queue.called_at ?? "")} />`;
  return html`
    ${queue.late && queue.late.minutes > 0 && html`<${Banner} kind="warn" icon="clock" testid="line-late">${t("line.late", { minutes: queue.late.minutes, time: clockTime(queue.late.at) })}</${Banner}>`}
    ${queue.transferred_from && html`<${Banner} kind="info" icon="arrow-right" testid="line-transferred">${t("line.transferred", { from: queue.transferred_from, name: queue.name })}</${Banner}>`}
    ${missed && html`<${Banner} kind="info" icon="bell" testid="line-called" action=${understood}>${t("line.missed", { time: clockTime(queue.called_at ?? "") })}</${Banner}>`}
    ${queue.notice && html`<${Banner} kind="info">${queue.notice}</${Banner}>`}`;
}
