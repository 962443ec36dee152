/** Health: is everything well, and if not, what? Looked at again every few seconds. */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { DateTime, duration } from "../../components/date_time.js";
import { Icon } from "../../components/icon.js";
import { Loaded, Section } from "./parts.js";
import { useResource } from "./use_resource.js";

/** Milliseconds between looks. */
const EVERY = 5000;
const GIGABYTE = 1024 ** 3;
const MEGABYTE = 1024 ** 2;
/** Seconds of loop lag from which people notice. */
const LATE = 0.5;
/** Seconds: a nightly back-up that is older has failed. */
const OLD_BACKUP = 36 * 3600;

/**
 * @typedef {object} HealthReport
 * @property {{name: string, ok: boolean, word: string}[]} checks
 * @property {{ok: boolean, rooms?: number, peers?: number, load?: string, pressure?: number}[]} workers
 * @property {number} [loop_lag] seconds
 * @property {{free: number, total: number}} [disk] bytes
 * @property {number} [database] bytes
 * @property {{is_set: boolean, age: number | null}} [backup]
 * @property {Record<string, number>} [outbox]
 * @property {Record<string, number>} [sessions]
 * @property {Record<string, number>} [sockets]
 * @property {{rows: number, complete_up_to: string | null, is_damaged: boolean, checkpoint_day: string | null, warnings: string[]}} [audit]
 * @property {{kept?: number, bytes?: number, running?: number, faulty?: number, finalising?: number, failed?: number, disk?: string, refused?: string}} [recordings]
 * @property {number} [uptime] seconds
 * @property {string} [version]
 * @typedef {{health: HealthReport, ways: {mail: boolean, sms: boolean}, at: string}} HealthAnswer
 * @typedef {{name: string, level: "ok" | "warn" | "urgent", value: string, more?: unknown}} Light
 */

/** @param {number} bytes */
function size(bytes) {
  const [value, unit] = bytes >= GIGABYTE ? [bytes / GIGABYTE, "gigabyte"] : [bytes / MEGABYTE, "megabyte"];
  return new Intl.NumberFormat(language(), { style: "unit", unit: String(unit), maximumFractionDigits: 1 }).format(Number(value));
}

/** @param {number} value seconds */
function milliseconds(value) {
  return new Intl.NumberFormat(language(), { style: "unit", unit: "millisecond", maximumFractionDigits: 0 }).format(value * 1000);
}

/** @param {Record<string, number> | undefined} counts @param {string[]} names */
function sum(counts, names) {
  return names.reduce((total, name) => total + (counts?.[name] ?? 0), 0);
}

/** @param {HealthReport} health @returns {Light} */
function backupLight(health) {
  const { backup } = health;
  if (!backup?.is_set) return { name: "backup", level: "warn", value: t("health.backup_not_set") };
  if (backup.age === null) return { name: "backup", level: "warn", value: t("health.backup_none") };
  return { name: "backup", level: backup.age > OLD_BACKUP ? "urgent" : "ok", value: t("health.ago", { time: duration(backup.age * 1000) }) };
}

/** @param {HealthReport} health @returns {Light} */
function auditLight(health) {
  const { audit } = health;
  if (!audit) return { name: "audit", level: "warn", value: t("health.unknown") };
  if (audit.is_damaged) return { name: "audit", level: "urgent", value: t("health.audit_damaged") };
  const warning = audit.warnings.find((word) => word !== "damaged");
  const more = audit.complete_up_to ? html`${t("health.complete_up_to")} <${DateTime} at=${audit.complete_up_to} />` : undefined;
  return { name: "audit", level: warning ? "warn" : "ok", value: warning ? t(`health.audit_${warning}`) : t("health.audit_fine"), ...(more && { more }) };
}

/** How far workers go against too much load, in this order (docs/operations.md). */
const LOADS = ["normal", "lowered", "lowest", "full", "closed"];

/** @param {HealthReport} health */
function mostLoaded(health) {
  const worst = Math.max(0, ...health.workers.map((worker) => LOADS.indexOf(worker.load ?? "normal")));
  return LOADS[worst] ?? "normal";
}

/** @param {HealthReport} health @returns {Light} */
function workerLight(health) {
  const well = health.workers.filter((worker) => worker.ok).length;
  const load = mostLoaded(health);
  const level = well === 0 ? "urgent" : well < health.workers.length || load !== "normal" ? "warn" : "ok";
  const peers = health.workers.reduce((total, worker) => total + (worker.peers ?? 0), 0);
  return { name: "workers", level, value: t("health.of", { count: well, all: health.workers.length }), more: html`${t("health.peers", { count: peers })}${load !== "normal" && html`<br />${t(`health.load_${load}`)}`}` };
}

/** @param {HealthReport} health @returns {Light} */
function diskLight(health) {
  const check = health.checks.find((one) => one.name === "disk");
  const level = !check || check.word === "ok" ? "ok" : check.word === "low" ? "warn" : "urgent";
  const { disk } = health;
  return { name: "disk", level, value: disk ? t("health.free", { size: size(disk.free) }) : t("health.unknown"), ...(disk && { more: t("health.of_size", { size: size(disk.total) }) }) };
}

/** @param {HealthReport} health @returns {Light} */
function recordingsLight({ recordings = {} }) {
  const { refused, faulty = 0, failed = 0, finalising = 0, running = 0, kept = 0, bytes = 0 } = recordings;
  const level = refused || faulty ? "urgent" : failed || recordings.disk === "low" ? "warn" : "ok";
  const now = refused ? t("health.recordings_refused") : faulty ? t("health.recordings_faulty", { count: faulty }) : t("health.running", { count: running });
  const rest = [failed && t("health.recordings_failed", { count: failed }), finalising && t("health.recordings_finalising", { count: finalising }), t("health.recordings_kept", { count: kept, size: size(bytes) })];
  return { name: "recordings", level, value: now, more: rest.filter(Boolean).join(", ") };
}

/** @param {HealthReport} health @param {{mail: boolean, sms: boolean}} ways @returns {Light} */
function outboxLight(health, ways) {
  const bad = sum(health.outbox, ["failed", "unknown"]);
  const none = !ways.mail && !ways.sms;
  return { name: "outbox", level: bad || none ? "warn" : "ok", value: none ? t("health.no_way") : t("health.waiting", { count: sum(health.outbox, ["queued", "sending"]) }), ...(bad > 0 && { more: t("health.bad", { count: bad }) }) };
}

/** @param {HealthAnswer} answer @returns {Light[]} */
function lights({ health, ways }) {
  const lag = health.loop_lag;
  const database = health.checks.find((one) => one.name === "database");
  const clock = health.checks.find((one) => one.name === "clock");
  const draining = health.checks.find((one) => one.name === "draining");
  return [
    { name: "calls", level: draining && !draining.ok ? "warn" : "ok", value: t("health.running", { count: sum(health.sessions, ["active", "empty"]) }), more: t(draining && !draining.ok ? "health.draining" : "health.connections", { count: sum(health.sockets, ["call", "staff"]) }) },
    workerLight(health),
    { name: "lag", level: lag === undefined || lag < LATE ? "ok" : "warn", value: lag === undefined ? t("health.unknown") : milliseconds(lag), more: t("health.last_minute") },
    { name: "database", level: database && !database.ok ? "urgent" : "ok", value: health.database === undefined ? t("health.unknown") : size(health.database) },
    diskLight(health),
    recordingsLight(health),
    backupLight(health),
    outboxLight(health, ways),
    auditLight(health),
    { name: "clock", level: clock && !clock.ok ? "urgent" : clock && clock.word !== "ok" ? "warn" : "ok", value: t(!clock || clock.word === "ok" ? "health.clock_ok" : clock.ok ? "health.clock_unsynchronized" : "health.clock_wrong") },
  ];
}

const ICONS = { ok: "circle-check", warn: "triangle-alert", urgent: "circle-alert" };

/** @param {{light: Light}} props */
function LightCard({ light }) {
  return html`<li class="light light--${light.level}" data-testid=${`health-${light.name}`}>
    <p class="light__name"><${Icon} name=${ICONS[light.level]} size=${16} /><span class="visually-hidden">${t(`health.level_${light.level}`)} </span>${t(`health.${light.name}`)}</p>
    <p class="light__value">${light.value}</p>${light.more && html`<p class="muted">${light.more}</p>`}
  </li>`;
}

/** @param {{answer: HealthAnswer}} props */
function Lights({ answer }) {
  const { uptime, version } = answer.health;
  return html`<ul class="lights">${lights(answer).map((light) => html`<${LightCard} key=${light.name} light=${light} />`)}</ul>
    ${version && html`<p class="muted">${t("health.version", { version })}${uptime !== undefined ? ` · ${t("health.up", { time: duration(uptime * 1000) })}` : ""}</p>`}`;
}

export function Health() {
  const resource = /** @type {import("./use_resource.js").Resource<HealthAnswer>} */ (useResource("/admin/health", EVERY));
  return html`<${Section} title=${t("health.title")} hint=${t("health.hint")} testid="admin-health"><${Loaded} resource=${resource}>${(/** @type {HealthAnswer} */ data) => html`<${Lights} answer=${data} />`}</${Loaded}></${Section}>`;
}
