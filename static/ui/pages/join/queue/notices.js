/** What staff told everybody who waits, and what happened while the person was away. */
import { html, useState } from "../../../../vendor/preact.js";
import { clockTime, t } from "../../../../core/i18n.js";
import { Banner } from "../../../components/banner.js";
import { Button } from "../../../components/button.js";

/** @typedef {import("../../../../core/messages.js").Queue} Queue */

/** The line this page stood in last: staff may send people on to another one, from the call too. */
const last = { entry: "", name: "" };

/** @param {Queue | null} queue @returns {string} the line one came from, as long as it is news */
function useTransfer(queue) {
  const [from, setFrom] = useState("");
  if (queue && last.entry === queue.entry_id && last.name !== queue.name && from !== last.name) setFrom(last.name);
  if (queue) Object.assign(last, { entry: queue.entry_id, name: queue.name });
  return from;
}

/** @param {{queue: Queue | null}} props */
export function LineNotices({ queue }) {
  const from = useTransfer(queue);
  const [read, setRead] = useState("");
  if (!queue) return null;
  const missed = queue.called_at && queue.place !== null && read !== queue.called_at;
  const understood = html`<${Button} kind="plain" label=${t("line.understood")} onClick=${() => setRead(queue.called_at ?? "")} />`;
  return html`
    ${queue.late && queue.late.minutes > 0 && html`<${Banner} kind="warn" icon="clock" testid="line-late">${t("line.late", { minutes: queue.late.minutes, time: clockTime(queue.late.at) })}</${Banner}>`}
    ${from && html`<${Banner} kind="info" icon="arrow-right" testid="line-transferred">${t("line.transferred", { from, name: queue.name })}</${Banner}>`}
    ${missed && html`<${Banner} kind="info" icon="bell" testid="line-called" action=${understood}>${t("line.missed", { time: clockTime(queue.called_at ?? "") })}</${Banner}>`}
    ${queue.notice && html`<${Banner} kind="info">${queue.notice}</${Banner}>`}`;
}
