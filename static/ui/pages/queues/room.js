/** One waiting room: whether its door is open, who waits, who is being seen, and what holds for all of them. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { isFresh, isInCare, isWaiting } from "../../../core/queue_state.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { Menu } from "../../components/menu.js";
import { Switch } from "../../components/switch.js";
import { EntryItem } from "./entry_row.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../../../core/queue_state.js").QueueRow} QueueRow */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./entry_row.js").Me} Me */

const DELAYS = /** @type {const} */ ([10, 20, 30]);

/** "Mon 08:00", today only the time. @param {string} at */
function moment(at) {
  const day = new Date(at);
  const time = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(day);
  if (day.toDateString() === new Date().toDateString()) return time;
  return `${new Intl.DateTimeFormat(language(), { weekday: "short", day: "numeric", month: "short" }).format(day)}, ${time}`;
}

/** @param {{queue: QueueRow}} props */
export function DoorState({ queue }) {
  if (queue.closed) return html`<${Badge} icon="lock">${t("queues.off")}</${Badge}>`;
  if (queue.open) return html`<${Badge} kind="ok" icon="door-open">${queue.closes_at ? t("queues.open_until", { at: moment(queue.closes_at) }) : t("queues.open")}</${Badge}>`;
  return html`<${Badge} icon="lock">${queue.next_opening ? t("queues.opens", { at: moment(queue.next_opening) }) : t("queues.shut")}</${Badge}>`;
}

/** @param {{queue: QueueRow, desk: Desk}} props */
function LateMenu({ queue, desk }) {
  const items = [
    ...DELAYS.map((minutes) => ({ id: String(minutes), label: t("queues.late_by", { minutes }), checked: queue.late?.minutes === minutes, onSelect: () => void desk.late(queue, minutes), testid: `late-${minutes}` })),
    ...(queue.late ? [{ id: "0", label: t("queues.on_time"), icon: "undo-2", onSelect: () => void desk.late(queue, 0), testid: "late-0" }] : []),
  ];
  return html`<${Menu} kind="quiet" icon="hourglass" label=${t("queues.running_late")} items=${items} testid="late-menu" />`;
}

/** @param {{queue: QueueRow, entries: EntryRow[], desk: Desk}} props */
function RoomHead({ queue, entries, desk }) {
  const waiting = entries.filter(isWaiting).length;
  const quiet = queue.member && entries.some(isFresh);
  return html`<div class="section__head room__head">
    <h2 id=${`room-${queue.id}`}>${queue.name}</h2>
    ${waiting > 0 && html`<${Badge} kind="count" label=${t("queues.count", { count: waiting })} testid="room-count">${waiting}</${Badge}>`}
    <${DoorState} queue=${queue} />
    ${queue.late && html`<${Badge} kind="warn" icon="hourglass" testid="late">${t("queues.late", { minutes: queue.late.minutes })}</${Badge}>`}
    <div class="section__end room__acts">
      ${quiet && html`<${Button} icon="bell-off" label=${t("queues.stop_sound")} onClick=${() => void desk.acknowledge(queue.id)} testid="acknowledge-room" />`}
      ${queue.member && html`<${LateMenu} queue=${queue} desk=${desk} />`}
    </div>
  </div>`;
}

/** @param {{queue: QueueRow}} props */
function Nobody({ queue }) {
  const words = queue.open ? t("queues.nobody_more") : t("queues.nobody_shut");
  return html`<p class="room__nobody"><${Icon} name="door-open" size=${20} /><span><strong>${t("today.nobody_waiting")}.</strong> ${words}</span></p>`;
}

/** @param {{queue: QueueRow, entries: EntryRow[], next: string | null, me: Me, desk: Desk}} props `next`: the entry to be answered next anywhere */
export function Room({ queue, entries, next, me, desk }) {
  const waiting = entries.filter(isWaiting);
  const inCare = entries.filter(isInCare);
  const row = (/** @type {EntryRow} */ entry) => html`<${EntryItem} key=${entry.id} entry=${entry} me=${me} desk=${desk} primary=${entry.id === next} />`;
  return html`<section class="section room" aria-labelledby=${`room-${queue.id}`} data-testid="room" data-queue=${queue.id}>
    <${RoomHead} queue=${queue} entries=${entries} desk=${desk} />
    <div class="card">${waiting.length ? html`<ul class="rows">${waiting.map(row)}</ul>` : html`<${Nobody} queue=${queue} />`}</div>
    ${inCare.length > 0 && html`<h3 class="room__sub">${t("queues.in_care")}</h3><div class="card"><ul class="rows" data-testid="in-care">${inCare.map(row)}</ul></div>`}
    ${queue.member && html`<div class="room__mail"><${Switch} label=${t("queues.mail_me")} hint=${t("queues.mail_me_hint")} checked=${queue.alerts} onChange=${(/** @type {boolean} */ on) => void desk.setAlerts(queue, on)} testid="queue-mail" /></div>`}
  </section>`;
}
