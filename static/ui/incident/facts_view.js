/** What the caller's device tells of itself, as far as it does. */
import { html } from "../../vendor/preact.js";
import { language, t } from "../../core/i18n.js";
import { Badge } from "../components/badge.js";
import { NeedBadges } from "../needs/words.js";

/** @typedef {import("../../core/messages.js").IncidentCaller} IncidentCaller */

/** Below this share a battery is worth a warning. */
const LOW = 0.2;

/** @param {{caller: IncidentCaller}} props */
export function FactsView({ caller }) {
  const facts = caller.facts ?? {};
  const { battery, charging, network } = facts;
  const percent = (/** @type {number} */ share) => new Intl.NumberFormat(language(), { style: "percent" }).format(share);
  const denied = /** @type {const} */ (["location", "camera", "microphone"]).filter((what) => facts[what] === "denied" || facts[what] === "dismissed");
  const open = /** @type {const} */ (["location", "camera", "microphone"]).filter((what) => facts[what] === "unanswered");
  const away = caller.opened_at !== null && !caller.is_here && !caller.left_quickly; // Put away, out of reach, or closed.
  return html`<div class="facts" data-testid="facts">
    ${caller.silent && html`<${Badge} kind="warn" icon="volume-x" testid="caller-is-silent">${t("incident.silent")}</${Badge}>`}
    ${caller.needs?.length > 0 && html`<${NeedBadges} needs=${caller.needs} />`}
    ${caller.call_back !== null && caller.call_back !== undefined && html`<${Badge} kind="urgent" icon="phone" testid="wants-call">${caller.call_back ? t("incident.call_back_at", { number: caller.call_back }) : t("incident.call_back")}</${Badge}>`}
    ${caller.left_quickly && html`<${Badge} kind="urgent" icon="log-out" testid="left-quickly">${t("incident.left_quickly")}</${Badge}>`}
    ${away && html`<${Badge} kind="warn" icon="hourglass" testid="caller-away">${t("incident.away")}</${Badge}>`}
    ${typeof battery === "number" && html`<${Badge} kind=${battery < LOW && !charging ? "warn" : "plain"} icon="battery" testid="battery">${t(charging ? "incident.battery_charging" : "incident.battery", { share: percent(battery) })}</${Badge}>`}
    ${network && html`<${Badge} icon="wifi" testid="network">${t("incident.network", { kind: network })}</${Badge}>`}
    ${open.map((what) => html`<${Badge} key=${what} kind="warn" icon="hourglass">${t(`incident.unanswered_${what}`)}</${Badge}>`)}
    ${denied.map((what) => html`<${Badge} key=${what} kind="warn" icon="circle-x">${t(`incident.denied_${what}`)}</${Badge}>`)}
  </div>`;
}
