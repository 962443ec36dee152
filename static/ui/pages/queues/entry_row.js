/** One person in a waiting room: who, what about, how long, and what can be done; one press answers. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { actsOf } from "../../../core/queue_acts.js";
import { isCalledBack, isFresh, isWaiting } from "../../../core/queue_state.js";
import { Avatar } from "../../components/avatar.js";
import { Button } from "../../components/button.js";
import { ListRow } from "../../components/list_row.js";
import { Menu } from "../../components/menu.js";
import { nameOf } from "./desk.js";
import { EntryFacts, PriorityBadge } from "./facts.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../../../core/queue_acts.js").Act} Act */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{id: string, role: string}} Me */

const PRIORITIES = /** @type {const} */ (["urgent", "high", "normal"]);

/** Acts other than "answer", in the menu. @param {EntryRow} entry @param {Me} me @param {Desk} desk */
function menuItems(entry, me, desk) {
  const item = (/** @type {string} */ id, /** @type {string} */ icon, /** @type {() => void} */ onSelect, danger = false) => ({ id, icon, danger, label: t(`queues.act_${id}`), onSelect, testid: `act-${id}` });
  const ranks = () => PRIORITIES.map((one) => ({ id: one, label: t(`queues.rank_${one}`), checked: entry.priority === one, onSelect: () => void desk.rank(entry, one), testid: `rank-${one}` }));
  /** @type {Record<Exclude<Act, "answer">, () => import("../../components/menu.js").MenuItem[]>} */
  const items = {
    message: () => [item("message", "message-square", () => desk.open("message", entry))],
    hold: () => [item("hold", "pause", () => void desk.hold(entry))],
    resume: () => [item("resume", "play", () => void desk.resume(entry))],
    put_back: () => [item("put_back", "undo-2", () => void desk.putBack(entry))],
    keep_waiting: () => [item("keep_waiting", "hourglass", () => void desk.keepWaiting(entry))],
    transfer: () => [item("transfer", "arrow-right", () => desk.open("transfer", entry))],
    priority: ranks,
    no_show: () => [item("no_show", "user-x", () => desk.open("no_show", entry))],
    remove: () => [item("remove", "trash-2", () => desk.open("remove", entry), true)],
  };
  return actsOf(entry, me.role).flatMap((act) => (act === "answer" ? [] : items[act]()));
}

/** What is needed most in this state, as buttons. @param {{entry: EntryRow, me: Me, desk: Desk, primary: boolean}} props */
function MainActs({ entry, me, desk, primary }) {
  const name = nameOf(entry);
  const acts = actsOf(entry, me.role);
  const mine = entry.taken_by?.user_id === me.id;
  if (acts.includes("answer")) {
    const label = entry.page === "open" ? t("today.answer") : t("queues.call_back");
    return html`<${Button} kind=${primary ? "primary" : "quiet"} icon=${entry.page === "open" ? "video" : "phone"} label=${label} testid="answer" onClick=${() => desk.open("answer", entry)}
      attributes=${{ "aria-label": `${label}: ${name}`, "data-entry": entry.id }} />`;
  }
  if (entry.decide && acts.includes("keep_waiting")) {
    return html`<${Button} icon="hourglass" label=${t("queues.wait_more")} testid="keep-waiting" onClick=${() => void desk.keepWaiting(entry)} />
      <${Button} icon="arrow-right" label=${t("queues.next_one")} testid="put-back" onClick=${() => void desk.putBack(entry)} />
      <${Button} icon="user-x" label=${t("queues.act_no_show")} testid="no-show" onClick=${() => desk.open("no_show", entry)} />`;
  }
  if (mine) return html`<${Button} icon="log-in" label=${t("queues.to_call")} href=${`/call/${entry.into_session_id ?? entry.session_id}`} testid="to-call" attributes=${{ "aria-label": t("queues.to_call_with", { name }) }} />`;
  return entry.taken_by ? html`<span class="muted nowrap">${t("queues.with", { name: entry.taken_by.name })}</span>` : null;
}

/** @param {{entry: EntryRow}} props what the person wrote last, as long as nobody has read it */
function LastLine({ entry }) {
  if (!entry.unread || !entry.last_line || entry.last_line.mine) return null;
  return html`<span class="entry__line">${t("queues.wrote", { text: entry.last_line.body })}</span>`;
}

/**
 * @param {{entry: EntryRow, me: Me, desk: Desk, primary?: boolean, place?: string}} props
 *   `primary`: the next to be answered; `place`: name of the waiting room, where rows of several stand together
 */
export function EntryItem({ entry, me, desk, primary = false, place = "" }) {
  const name = nameOf(entry);
  const items = menuItems(entry, me, desk);
  const title = html`<span class="entry__name">${name}</span><${PriorityBadge} entry=${entry} />`;
  const end = html`<${MainActs} entry=${entry} me=${me} desk=${desk} primary=${primary} />
    ${items.length > 0 && html`<${Menu} icon="ellipsis-vertical" label=${t("queues.more_for", { name })} items=${items} testid="entry-menu" />`}`;
  const looks = ["row--waiting", "row--entry", isWaiting(entry) && isFresh(entry) && "row--fresh", isCalledBack(entry) && entry.decide && "row--decide"].filter(Boolean).join(" ");
  return html`<${ListRow} class=${looks} lead=${html`<${Avatar} name=${entry.name} />`} title=${title} end=${end} testid="entry-row"
    attributes=${{ "data-entry": entry.id, "data-state": entry.state }} meta=${html`<${EntryFacts} entry=${entry} place=${place} /><${LastLine} entry=${entry} />`} />`;
}
