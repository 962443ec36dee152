/** Names of an incident's states and of how its message went, each with an icon and a colour that never stand alone. */
import { t } from "../../core/i18n.js";

/** @typedef {import("../../core/messages.js").Incident} Incident */
/** @typedef {import("../../core/messages.js").IncidentCaller} IncidentCaller */
/** @typedef {"plain" | "ok" | "warn" | "urgent" | "brand"} Kind */

/** States in which all access is closed. */
const OVER = new Set(["closed", "false_alarm", "unreachable"]);

/** @param {Pick<Incident, "state">} incident */
export const isOver = ({ state }) => OVER.has(state);

/** @type {Record<string, {icon: string, kind: Kind}>} */
const STATES = {
  new: { icon: "link", kind: "plain" },
  sent: { icon: "send", kind: "brand" },
  opened: { icon: "smartphone", kind: "brand" },
  live: { icon: "video", kind: "ok" },
  handed_over: { icon: "users", kind: "ok" },
  reopened: { icon: "refresh-cw", kind: "brand" },
  closed: { icon: "circle-check", kind: "plain" },
  false_alarm: { icon: "circle-x", kind: "plain" },
  unreachable: { icon: "phone-off", kind: "warn" },
};

/** @param {string} state */
export function stateLook(state) {
  return { ...(STATES[state] ?? { icon: "circle-help", kind: /** @type {Kind} */ ("plain") }), word: t(`incident.state_${state}`) };
}

/** @type {Record<string, {icon: string, kind: Kind}>} */
const DELIVERIES = {
  none: { icon: "scan", kind: "plain" },
  no_way: { icon: "circle-alert", kind: "warn" },
  queued: { icon: "clock", kind: "plain" },
  sent: { icon: "send", kind: "brand" },
  delivered: { icon: "check-check", kind: "ok" },
  failed: { icon: "circle-x", kind: "urgent" },
  not_confirmed: { icon: "circle-help", kind: "warn" },
  expired: { icon: "hourglass", kind: "warn" },
};

/** What is told of a message that went out once more by itself. @type {Record<string, {icon: string, kind: Kind, key: string}>} */
const SECOND_ROUTE = {
  queued: { icon: "circle-help", kind: "warn", key: "incident.second_queued" },
  sent: { icon: "send", kind: "brand", key: "incident.second_sent" },
  not_confirmed: { icon: "circle-help", kind: "warn", key: "incident.second_not_confirmed" },
  failed: { icon: "circle-x", kind: "urgent", key: "incident.second_failed" },
};

/** How the message went; opened, that no longer matters. @param {IncidentCaller} caller */
export function deliveryLook({ delivery, opened_at: openedAt, revoked }) {
  if (revoked) return { icon: "link", kind: /** @type {Kind} */ ("plain"), word: t("incident.link_closed") };
  if (openedAt) return { icon: "smartphone", kind: /** @type {Kind} */ ("ok"), word: t("incident.opened") };
  const again = delivery.second_route ? SECOND_ROUTE[delivery.state] : undefined;
  if (again) return { icon: again.icon, kind: again.kind, word: t(again.key) };
  return { ...(DELIVERIES[delivery.state] ?? { icon: "circle-help", kind: /** @type {Kind} */ ("plain") }), word: t(`incident.delivery_${delivery.state}`) };
}

/** Whether a click on "Send again" is worth offering: the gateway does not know, or refused. @param {Pick<Incident, "state">} incident @param {IncidentCaller} caller */
export function wantsResend({ state }, { delivery, opened_at: openedAt }) {
  return delivery.can_resend && !openedAt && !OVER.has(state) && ["not_confirmed", "failed", "expired", "sent", "delivered"].includes(delivery.state);
}
