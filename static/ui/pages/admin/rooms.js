/** Live rooms: the calls of this moment, how long, over which ways and how well. Nobody's name. Looked at again every few seconds. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { duration, useNow } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { Table } from "../../components/table.js";
import { percent } from "../../figures.js";
import { Loaded, Section } from "./parts.js";
import { useResource } from "./use_resource.js";

/** Milliseconds between looks. */
const EVERY = 5000;

/**
 * @typedef {object} Room
 * @property {string} room the end of its id
 * @property {"scheduled" | "urgent" | "group"} kind
 * @property {"active" | "empty"} state
 * @property {string | null} started_at
 * @property {number} people
 * @property {number | null} worker
 * @property {Record<string, number>} ways
 * @property {number | null} bars of whoever has it worst
 * @property {number | null} up_loss
 * @property {number | null} down_loss
 * @property {number | null} rtt_ms
 * @property {number} up_rate bit/s
 * @property {number} down_rate bit/s
 * @property {number} paused people whose pictures are kept back
 * @typedef {{rooms: Room[], count: number, at: string}} RoomsAnswer
 */

const BARS = /** @type {const} */ ([["urgent", "none"], ["warn", "poor"], ["plain", "fair"], ["ok", "good"]]);

/** @param {Room} room */
function rates({ up_rate: up, down_rate: down }) {
  const format = new Intl.NumberFormat(language(), { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  return t("rooms.megabits", { up: format.format(up / 1e6), down: format.format(down / 1e6) });
}

/** @param {Room} room */
function ways({ ways: found }) {
  const words = Object.entries(found).map(([way, count]) => t("rooms.way", { way: way === "relay" ? t("rooms.relay") : way.toUpperCase(), count }));
  return words.join(", ");
}

/** @param {Room} room */
function loss({ up_loss: up, down_loss: down }) {
  return up === null || down === null ? t("component.no_value") : t("rooms.up_down", { up: percent(up), down: percent(down) });
}

/** @param {{room: Room}} props */
function State({ room }) {
  const known = room.bars === null ? undefined : BARS[room.bars];
  return html`<span class="cell-line">${known ? html`<${Badge} kind=${known[0]}>${t(`rooms.bars_${known[1]}`)}</${Badge}>` : html`<span class="muted">${t(room.people ? "rooms.not_measured" : "rooms.empty_room")}</span>`}
    ${room.paused > 0 && html`<span class="muted nowrap">${t("rooms.paused", { count: room.paused })}</span>`}</span>`;
}

/** @param {number} now milliseconds */
function columns(now) {
  /** @typedef {(room: Room) => unknown} Cell */
  return [
    { id: "room", label: t("rooms.room"), lead: true, cell: /** @type {Cell} */ ((room) => html`<span class="mono">${room.room}</span> <span class="muted">${t(`rooms.kind_${room.kind}`)}</span>`) },
    { id: "lasts", label: t("rooms.lasts"), cell: /** @type {Cell} */ ((room) => (room.started_at ? duration(now - Date.parse(room.started_at)) : t("component.no_value"))) },
    { id: "people", label: t("rooms.people"), cell: /** @type {Cell} */ ((room) => html`${room.people} <span class="muted">${ways(room)}</span>`) },
    { id: "state", label: t("rooms.connection"), cell: /** @type {Cell} */ ((room) => html`<${State} room=${room} />`) },
    { id: "loss", label: t("rooms.loss"), cell: loss },
    { id: "rtt", label: t("rooms.round_trip"), cell: /** @type {Cell} */ ((room) => (room.rtt_ms ? `${room.rtt_ms} ms` : t("component.no_value"))) },
    { id: "rate", label: t("rooms.rate"), cell: rates },
    { id: "worker", label: t("rooms.worker"), cell: /** @type {Cell} */ ((room) => (room.worker === null ? t("component.no_value") : room.worker + 1)) },
  ];
}

/** @param {{answer: RoomsAnswer}} props */
function Shown({ answer }) {
  const now = useNow();
  if (!answer.rooms.length) return html`<div class="card"><${EmptyState} icon="video" title=${t("rooms.none")}>${t("rooms.none_more")}</${EmptyState}></div>`;
  const people = answer.rooms.reduce((sum, room) => sum + room.people, 0);
  return html`<p class="muted" data-testid="rooms-count">${t("rooms.count", { count: answer.count })} · ${t("rooms.people_count", { count: people })}</p>
    <div class="card"><${Table} caption=${t("rooms.title")} columns=${columns(Math.max(now, Date.parse(answer.at)))} rows=${answer.rooms} rowKey=${(/** @type {Room} */ room) => room.room} /></div>
    ${answer.count > answer.rooms.length && html`<p class="muted">${t("rooms.more", { count: answer.count - answer.rooms.length })}</p>`}`;
}

export function Rooms() {
  const resource = /** @type {import("./use_resource.js").Resource<RoomsAnswer>} */ (useResource("/admin/rooms", EVERY));
  return html`<${Section} title=${t("rooms.title")} hint=${t("rooms.hint")} testid="admin-rooms"><${Loaded} resource=${resource}>${(/** @type {RoomsAnswer} */ data) => html`<${Shown} answer=${data} />`}</${Loaded}></${Section}>`;
}
