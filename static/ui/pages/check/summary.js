/** What a helpdesk needs to know, as text to copy: which ways work, by which browser. No addresses, no names of people. */
import { t } from "../../../core/i18n.js";
import { relayTransport } from "../../../core/ways.js";
import { clinicOfPage } from "../../clinic.js";

/** @typedef {import("../../../core/ways.js").Findings} Findings */
/** @typedef {{camera: string, microphone: string} | null} DeviceVerdicts */

/** Newer marks first: Edge and Opera call themselves Chrome, Chrome calls itself Safari. */
const BROWSERS = [["Edge", /Edg\w*\/(\d+)/], ["Opera", /OPR\/(\d+)/], ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/], ["Chrome", /(?:Chrome|CriOS)\/(\d+)/], ["Safari", /Version\/(\d+)/]];
const SYSTEMS = [["Android", /Android/], ["iOS", /iPhone|iPad/], ["Windows", /Windows/], ["macOS", /Mac OS/], ["Linux", /Linux/]];

/** @param {string} agent @returns {string} such as "Firefox 140, Windows" */
export function browserWords(agent) {
  const browser = BROWSERS.map(([name, pattern]) => ({ name, version: /** @type {RegExp} */ (pattern).exec(agent)?.[1] })).find((one) => one.version);
  const system = SYSTEMS.find(([, pattern]) => /** @type {RegExp} */ (pattern).test(agent))?.[0];
  return [browser ? `${browser.name} ${browser.version}` : t("ways.unknown_browser"), system].filter(Boolean).join(", ");
}

/** @param {string} state @param {number | null | undefined} rttMs */
function stateWords(state, rttMs) {
  return rttMs ? `${t(`ways.${state}`)}, ${t("ways.milliseconds", { ms: rttMs })}` : t(`ways.${state}`);
}

/**
 * @param {Findings} found @param {string} verdict @param {DeviceVerdicts} devices
 * @param {{agent?: string, at?: Date}} [of]
 */
export function summaryOf(found, verdict, devices, { agent = navigator.userAgent, at = new Date() } = {}) {
  const lines = [
    `${t("ways.title")} · ${clinicOfPage().name} · ${at.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `${t("ways.browser")}: ${browserWords(agent)}`,
    `${t("ways.result")}: ${t(`ways.verdict_${verdict}`)}`,
    `${t("ways.page")}: ${stateWords(found.rttMs === null ? "blocked" : "works", found.rttMs)}`,
    `${t("ways.socket")}: ${stateWords(found.socket, null)}`,
    `${t("ways.udp")}: ${stateWords(found.udp.state, found.udp.rttMs)}`,
    `${t("ways.tcp")}: ${stateWords(found.tcp.state, found.tcp.rttMs)}`,
    ...found.relay.map((way) => `${t("ways.relay_by", { way: relayTransport(way.url) })}: ${stateWords(way.state, null)}`),
  ];
  if (devices) lines.push(`${t("check.camera")}: ${devices.camera}`, `${t("check.microphone")}: ${devices.microphone}`);
  return lines.join("\n");
}
