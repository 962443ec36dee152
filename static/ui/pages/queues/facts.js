/** What one sees of somebody in a waiting room before answering: how long, how urgent, what they need, whether they are there. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { isCalledBack, isWaiting } from "../../../core/queue_state.js";
import { ageOn, waitOf } from "../../../core/queue_wait.js";
import { Badge } from "../../components/badge.js";
import { duration, useNow } from "../../components/date_time.js";
import { Icon } from "../../components/icon.js";
import { DeviceVerdict } from "../today/device_verdict.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */

const NEED_ICONS = { cannot_hear: "ear", cannot_speak: "mic-off", sign_language: "hand", interpreter: "languages" };
const PRIORITY_LOOKS = /** @type {const} */ ({ urgent: { kind: "urgent", icon: "siren" }, high: { kind: "warn", icon: "chevron-up" } });

/** How long somebody has waited; after half an hour a sign and a word say that it is long, not the colour alone. @param {{since: string}} props */
export function Waited({ since }) {
  const { lasted, level } = waitOf(since, useNow());
  if (level === "new") return html`<span><${Icon} name="clock" size=${16} />${t("today.just_arrived")}</span>`;
  if (level === "waiting") return html`<span><${Icon} name="clock" size=${16} />${t("today.waiting_for", { duration: duration(lasted) })}</span>`;
  return html`<span class="waited--long" data-testid="long-wait"><${Icon} name="hourglass" size=${16} />${t("queues.long_wait", { duration: duration(lasted) })}</span>`;
}

/** @param {string} tag */
function languageName(tag) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** How to talk with this person; seen before answering. @param {{entry: EntryRow}} props */
export function Needs({ entry }) {
  return html`${entry.needs.map((need) => html`<${Badge} key=${need} kind="brand" icon=${NEED_ICONS[need] ?? "info"} testid="need">
    ${need === "interpreter" && entry.interpreter_language ? t("queues.need_interpreter_for", { language: languageName(entry.interpreter_language) }) : t(`queues.need_${need}`)}</${Badge}>`)}`;
}

/** Normal is not worth a word. @param {{entry: EntryRow}} props */
export function PriorityBadge({ entry }) {
  const looks = entry.priority === "normal" ? null : PRIORITY_LOOKS[entry.priority];
  return looks ? html`<${Badge} kind=${looks.kind} icon=${looks.icon} testid="priority">${t(`queues.priority_${entry.priority}`)}</${Badge}>` : null;
}

/** Whether the person's page is there. @param {{entry: EntryRow}} props */
export function PageState({ entry }) {
  if (isCalledBack(entry)) return html`<${Badge} kind="warn" icon="phone" testid="calling-back">${t(entry.decide ? "queues.not_back" : "queues.calling_back")}</${Badge}>`;
  if (entry.state === "on_hold") return html`<${Badge} kind="warn" icon="pause">${t("queues.on_hold")}</${Badge}>`;
  if (!isWaiting(entry) || (entry.page === "open" && entry.state !== "asleep")) return null;
  return html`<${Badge} kind="warn" icon=${entry.page === "away" ? "wifi-off" : "moon-star"} testid="not-there">${t(entry.page === "away" ? "queues.away" : "queues.asleep")}</${Badge}>`;
}

/** @param {{entry: EntryRow}} props */
export function Unread({ entry }) {
  return entry.unread ? html`<${Badge} kind="brand" icon="message-square" testid="unread">${t("queues.unread", { count: entry.unread })}</${Badge}>` : null;
}

/** "1 May 1980 (46 years)". @param {string} birthDate */
export function birthWords(birthDate) {
  const age = ageOn(birthDate, new Date());
  const day = new Intl.DateTimeFormat(language(), { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${birthDate}T00:00:00Z`));
  return age === null ? day : t("queues.born_age", { date: day, age });
}

/** Where somebody was handed on from, and for whom. @param {{entry: EntryRow}} props */
function Path({ entry }) {
  return html`
    ${entry.for_user && html`<span><${Icon} name="user-check" size=${16} />${t("queues.for_somebody", { name: entry.for_user.name })}</span>`}
    ${entry.transferred_from && html`<span><${Icon} name="arrow-right" size=${16} />${t("queues.came_from", { name: entry.transferred_from })}</span>`}
    ${entry.transfer_note && html`<span class="entry__note">${entry.transfer_note}</span>`}`;
}

/** The line below a name. @param {{entry: EntryRow, place: string}} props `place`: the waiting room's name where rows of several stand together */
export function EntryFacts({ entry, place }) {
  const age = entry.birth_date ? ageOn(entry.birth_date, new Date()) : null;
  return html`
    ${entry.reason && html`<span class="entry__reason">${entry.reason}</span>`}
    ${age !== null && html`<span>${t("queues.age", { age })}</span>`}
    ${place && html`<span><${Icon} name="door-open" size=${16} />${place}</span>`}
    ${isWaiting(entry) && html`<${Waited} since=${entry.since} />`}
    <${PageState} entry=${entry} />
    <${Needs} entry=${entry} />
    ${isWaiting(entry) && html`<${DeviceVerdict} device=${entry.device} />`}
    <${Unread} entry=${entry} />
    ${entry.keeps_place && html`<span><${Icon} name="phone" size=${16} />${t("queues.keeps_place")}</span>`}
    <${Path} entry=${entry} />`;
}
