/** Who waits now: name, reason, how long, whether camera and sound will work; one press answers. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Avatar } from "../../components/avatar.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { duration, useNow } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { Icon } from "../../components/icon.js";
import { ListRow } from "../../components/list_row.js";
import { NeedBadges } from "../../needs/words.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { DeviceVerdict } from "./device_verdict.js";

/** After half an hour the wait is marked: the hour at which queues elsewhere change colour. */
const LONG_WAIT_MS = 30 * 60_000;
const MINUTE_MS = 60_000;

/** @typedef {import("./staff_state.js").WaitingEntry} WaitingEntry */

/** @param {{since: string}} props */
function Waited({ since }) {
  const now = useNow();
  const lasted = now - new Date(since).getTime();
  const words = lasted < MINUTE_MS ? t("today.just_arrived") : t("today.waiting_for", { duration: duration(lasted) });
  return html`<span class=${lasted >= LONG_WAIT_MS ? "waited--long" : undefined}><${Icon} name="clock" size=${16} />${words}</span>`;
}

/**
 * @param {{entry: WaitingEntry, first: boolean, busy: boolean, onAnswer: (entry: WaitingEntry) => void, onAcknowledge: (entry: WaitingEntry) => void}} props
 */
function WaitingRow({ entry, first, busy, onAnswer, onAcknowledge }) {
  const name = entry.name || t("today.unnamed");
  const meta = html`
    ${entry.reason && html`<span>${entry.reason}</span>`}
    <${Waited} since=${entry.since} />
    <${DeviceVerdict} device=${entry.device} />
    ${entry.needs?.length && html`<${NeedBadges} needs=${entry.needs} />`}
    ${entry.state === "asleep" && html`<${Badge} kind="warn" icon="moon-star">${t("today.asleep")}</${Badge}>`}`;
  const end = html`
    ${!entry.acknowledged && html`<${Button} kind="icon" icon="bell-off" label=${t("today.acknowledge", { name })} testid="acknowledge" onClick=${() => onAcknowledge(entry)} />`}
    <${Button} kind=${first ? "primary" : "quiet"} icon="video" label=${t("today.answer")} busy=${busy} testid="admit" onClick=${() => onAnswer(entry)}
      attributes=${{ "aria-label": t("today.answer_name", { name }), "data-participant": entry.participant_id }} />`;
  return html`<${ListRow} class=${entry.acknowledged ? "row--waiting" : "row--waiting row--fresh"} lead=${html`<${Avatar} name=${entry.name} />`}
    title=${name} meta=${meta} end=${end} testid="waiting-row" />`;
}

/**
 * @param {{entries: WaitingEntry[] | null, answering: string | null, onAnswer: (entry: WaitingEntry) => void, onAcknowledge: (entry: WaitingEntry) => void}} props
 *   `entries` null while loading; `answering` is the participant whose answer is under way
 */
export function WaitingList({ entries, answering, onAnswer, onAcknowledge }) {
  const count = entries?.length ?? 0;
  return html`<section class="section" aria-labelledby="waiting-title" aria-busy=${entries ? undefined : "true"}>
    <div class="section__head"><h2 id="waiting-title">${t("today.waiting_now")}</h2>${count > 0 && html`<${Badge} kind="count">${count}</${Badge}>`}</div>
    <div class="card" data-testid="waiting-list">
      ${!entries && html`<${SkeletonRows} rows=${2} />`}
      ${entries && count === 0 && html`<${EmptyState} icon="door-open" title=${t("today.nobody_waiting")}>${t("today.nobody_waiting_more")}</${EmptyState}>`}
      ${count > 0 && html`<ul class="rows">${entries?.map((entry, index) => html`<${WaitingRow} key=${entry.participant_id} entry=${entry} first=${index === 0}
        busy=${answering === entry.participant_id} onAnswer=${onAnswer} onAcknowledge=${onAcknowledge} />`)}</ul>`}
    </div>
  </section>`;
}
