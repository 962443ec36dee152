/** Who waits now, in waiting rooms and for arranged visits: name, reason, how long, whether camera and sound will work; one press answers. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { mayAnswer } from "../../../core/queue_acts.js";
import { isCalledBack, isWaiting, nextFor, unheard } from "../../../core/queue_state.js";
import { Avatar } from "../../components/avatar.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ListRow } from "../../components/list_row.js";
import { NeedBadges } from "../../needs/words.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { EntryItem } from "../queues/entry_row.js";
import { Waited } from "../queues/facts.js";
import { DeviceVerdict } from "./device_verdict.js";

/** @typedef {import("./staff_state.js").WaitingEntry} WaitingEntry */

/**
 * @param {{entry: WaitingEntry, first: boolean, busy: boolean, onAnswer: (entry: WaitingEntry) => void, onAcknowledge: (entry: WaitingEntry) => void}} props
 */
function WaitingRow({ entry, first, busy, onAnswer, onAcknowledge }) {
  const name = entry.name || t("today.unnamed");
  const meta = html`
    ${entry.reason && html`<span>${entry.reason}</span>`}
    <${Waited} since=${entry.since} />
    <${DeviceVerdict} device=${entry.device} />
    ${Boolean(entry.needs?.length) && html`<${NeedBadges} needs=${entry.needs} />`}
    ${entry.state === "asleep" && html`<${Badge} kind="warn" icon="moon-star">${t("today.asleep")}</${Badge}>`}`;
  const end = html`
    ${!entry.acknowledged && html`<${Button} kind="icon" icon="bell-off" label=${t("today.acknowledge", { name })} testid="acknowledge" onClick=${() => onAcknowledge(entry)} />`}
    <${Button} kind=${first ? "primary" : "quiet"} icon="video" label=${t("today.answer")} busy=${busy} testid="admit" onClick=${() => onAnswer(entry)}
      attributes=${{ "aria-label": t("today.answer_name", { name }), "data-participant": entry.participant_id }} />`;
  return html`<${ListRow} class=${entry.acknowledged ? "row--waiting" : "row--waiting row--fresh"} lead=${html`<${Avatar} name=${entry.name} />`}
    title=${name} meta=${meta} end=${end} testid="waiting-row" />`;
}

/** @typedef {import("./staff_state.js").StaffState} StaffState */
/** @typedef {import("../queues/desk.js").Desk} Desk */
/** @typedef {import("../queues/entry_row.js").Me} Me */

/** Those of waiting rooms: who waits, and who was called back by oneself and has to be decided about. @param {StaffState} state @param {Me} me */
function ofRooms(state, me) {
  return state.entries.filter((one) => isWaiting(one) || (isCalledBack(one) && one.taken_by?.user_id === me.id));
}

/** @param {{state: StaffState, desk: Desk}} props */
function StopSound({ state, desk }) {
  const rooms = [...new Set(unheard(state).map((one) => one.queue_id))];
  if (!rooms.length) return null;
  const stop = () => rooms.forEach((id) => void desk.acknowledge(id));
  return html`<div class="section__end"><${Button} icon="bell-off" label=${t("queues.stop_sound")} onClick=${stop} testid="acknowledge-rooms" /></div>`;
}

/**
 * @typedef {object} WaitingListProps
 * @property {StaffState | null} state null while loading
 * @property {Me} me
 * @property {Desk} desk
 * @property {string | null} answering participant whose answer is under way
 * @property {(entry: WaitingEntry) => void} onAnswer
 * @property {(entry: WaitingEntry) => void} onAcknowledge
 */

/** @param {WaitingListProps & {state: StaffState}} props */
function Rows({ state, me, desk, answering, onAnswer, onAcknowledge }) {
  const next = mayAnswer(me.role) ? nextFor(state, me.id)?.id : undefined;
  const place = (/** @type {string} */ id) => state.queues.find((one) => one.id === id)?.name ?? "";
  return html`<ul class="rows">
    ${ofRooms(state, me).map((entry) => html`<${EntryItem} key=${entry.id} entry=${entry} me=${me} desk=${desk} primary=${entry.id === next} place=${place(entry.queue_id)} />`)}
    ${state.waiting.map((entry, index) => html`<${WaitingRow} key=${entry.participant_id} entry=${entry} first=${index === 0 && next === undefined}
      busy=${answering === entry.participant_id} onAnswer=${onAnswer} onAcknowledge=${onAcknowledge} />`)}</ul>`;
}

/** @param {WaitingListProps} props */
export function WaitingList(props) {
  const { state, me, desk } = props;
  const count = state ? ofRooms(state, me).length + state.waiting.length : 0;
  return html`<section class="section" aria-labelledby="waiting-title" aria-busy=${state ? undefined : "true"}>
    <div class="section__head room__head"><h2 id="waiting-title">${t("today.waiting_now")}</h2>${count > 0 && html`<${Badge} kind="count">${count}</${Badge}>`}${state && html`<${StopSound} state=${state} desk=${desk} />`}</div>
    <div class="card" data-testid="waiting-list">
      ${!state && html`<${SkeletonRows} rows=${2} />`}
      ${state && count === 0 && html`<${EmptyState} icon="door-open" title=${t("today.nobody_waiting")}>${t("today.nobody_waiting_more")}</${EmptyState}>`}
      ${state && count > 0 && html`<${Rows} ...${props} />`}
    </div>
  </section>`;
}
