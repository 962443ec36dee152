/** Waiting rooms: everybody who waits in those one belongs to. Its one thing: answer the next person. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { mayAnswer } from "../../../core/queue_acts.js";
import { isWaiting, nextFor } from "../../../core/queue_state.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { AlertsBanner, ConnectionBanner, DrainingBanner, FullBanner } from "../today/banners.js";
import { createLive } from "../today/live.js";
import { Rail } from "../today/rail.js";
import { createDesk, nameOf } from "./desk.js";
import { QueueDialogs } from "./dialogs.js";
import { EntryItem } from "./entry_row.js";
import { Room } from "./room.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("../today/staff_state.js").StaffState} StaffState */
/** @typedef {import("./entry_row.js").Me} Me */

const live = createLive();
const desk = createDesk(live.store);

/** @param {{next: EntryRow | null}} props */
function Head({ next }) {
  return html`<header class="today__head"><h1>${t("queues.title")}</h1>
    ${next && html`<div class="today__start"><${Button} kind="primary" large=${true} icon="video" label=${t("queues.answer_next", { name: nameOf(next) })} onClick=${() => desk.open("answer", next)} testid="answer-first" /></div>`}
  </header>`;
}

/** People handed to oneself who wait in rooms one does not belong to. @param {{entries: EntryRow[], next: string | null, me: Me}} props */
function HandedOver({ entries, next, me }) {
  if (!entries.length) return null;
  return html`<section class="section" aria-labelledby="handed-title"><div class="section__head"><h2 id="handed-title">${t("queues.handed_to_me")}</h2></div>
    <div class="card"><ul class="rows">${entries.map((entry) => html`<${EntryItem} key=${entry.id} entry=${entry} me=${me} desk=${desk} primary=${entry.id === next} />`)}</ul></div></section>`;
}

/** @param {{state: StaffState, me: Me}} props */
function Rooms({ state, me }) {
  const next = mayAnswer(me.role) ? (nextFor(state, me.id)?.id ?? null) : null;
  const known = new Set(state.queues.map((one) => one.id));
  const others = state.entries.filter((one) => !known.has(one.queue_id));
  if (!state.queues.length && !others.length) {
    return html`<div class="card"><${EmptyState} icon="door-open" title=${t("queues.none")} level=${2} testid="no-rooms">${t("queues.none_more")}</${EmptyState}></div>`;
  }
  return html`<${HandedOver} entries=${others} next=${next} me=${me} />
    ${state.queues.map((queue) => html`<${Room} key=${queue.id} queue=${queue} entries=${state.entries.filter((one) => one.queue_id === queue.id)} next=${next} me=${me} desk=${desk} />`)}`;
}

/** @param {{entries: EntryRow[]}} props what a screen reader says when the list changes */
function Spoken({ entries }) {
  const waiting = entries.filter(isWaiting);
  return html`<p class="visually-hidden" role="status">${waiting[0] ? t("today.live_waiting", { count: waiting.length, name: nameOf(waiting[0]) }) : ""}</p>`;
}

function NotForThisRole() {
  return html`<h1>${t("queues.title")}</h1><div class="card"><${EmptyState} icon="door-open" title=${t("today.elsewhere")} level=${2} testid="no-permission">${t("today.elsewhere_more")}</${EmptyState}></div>`;
}

/** @param {{language: string}} props */
export function Queues({ language: shown }) {
  live.useLife("queues.title");
  const { alerts, store } = live;
  const user = live.user.value;
  const state = store.state.value;
  const me = { id: user?.id ?? "", role: user?.role ?? "" };
  const next = state && mayAnswer(me.role) ? nextFor(state, me.id) : null;
  const alertsProps = store.refused.value ? {} : { alertsOn: alerts.on.value, onAlerts: alerts.toggle };
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="queues" ...${alertsProps} />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today queues" data-testid="queues-page">${store.refused.value ? html`<${NotForThisRole} />` : html`
        <${Head} next=${next} />
        <${ConnectionBanner} connection=${store.connection.value} />
        <${DrainingBanner} draining=${store.draining.value} />
        <${FullBanner} full=${store.full.value} />
        <${AlertsBanner} alerts=${alerts} />
        <${Spoken} entries=${state?.entries ?? []} />
        ${state && user ? html`<${Rooms} state=${state} me=${me} /><${QueueDialogs} desk=${desk} state=${state} me=${me} />` : html`<div class="card" aria-busy="true"><${SkeletonRows} rows=${3} /></div>`}`}
      </div>
    </main>
  </div>`;
}
