/** Messages on their way and gone: what became of each, and "send again" for those that failed or are unknown. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { Table } from "../../components/table.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { Loaded, Section } from "./parts.js";
import { useResource } from "./use_resource.js";

/** @typedef {{id: string, medium: "mail" | "sms", template: string, recipient: string, state: string, error: string, attempts: number, created_at: string, finished_at: string | null, can_repeat: boolean}} Message */

/** Milliseconds between looks: a message takes seconds. */
const EVERY = 10_000;
/** @type {Record<string, {kind: "plain" | "ok" | "warn" | "urgent", icon: string}>} */
const LOOKS = {
  queued: { kind: "plain", icon: "hourglass" },
  sending: { kind: "plain", icon: "send" },
  sent: { kind: "ok", icon: "check" },
  delivered: { kind: "ok", icon: "check-check" },
  failed: { kind: "urgent", icon: "circle-x" },
  unknown: { kind: "warn", icon: "circle-help" },
  expired: { kind: "warn", icon: "clock" },
};

/** One that the gateway took and reported as lost did not fail here: its badge says so, and no further words. */
const isLost = (/** @type {Message} */ message) => message.state === "failed" && message.error === "undeliverable";

/** @param {{message: Message}} props */
function State({ message }) {
  const look = LOOKS[message.state] ?? { kind: "plain", icon: "info" };
  const word = isLost(message) ? "undelivered" : message.state;
  const isReported = message.state === "delivered" || isLost(message);
  return html`<span class="admin-stack"><${Badge} kind=${look.kind} icon=${look.icon}>${t(`outbox.${word}`)}</${Badge}>
    ${isReported && message.finished_at && html`<span class="muted"><${DateTime} at=${message.finished_at} /></span>`}
    ${message.error && !isLost(message) && html`<span class="muted">${t(`fault.${message.error}`)}</span>`}</span>`;
}

/** @param {{messages: Message[], busy: string, onAgain: (message: Message) => void}} props */
function MessageTable({ messages, busy, onAgain }) {
  const again = (/** @type {Message} */ one) => one.can_repeat && html`<${Button} icon="refresh-cw" label=${t("outbox.again")} busy=${busy === one.id} onClick=${() => onAgain(one)} testid="send-again" attributes=${{ "aria-label": t("outbox.again_named", { name: t(`template.${one.template}`), recipient: one.recipient }) }} />`;
  return html`<div class="card"><${Table} caption=${t("outbox.title")} rows=${messages} rowKey=${(/** @type {Message} */ one) => one.id} columns=${[
    { id: "what", label: t("outbox.what"), lead: true, cell: (/** @type {Message} */ one) => t(`template.${one.template}`) },
    { id: "way", label: t("admin.medium"), cell: (/** @type {Message} */ one) => t(`admin.medium_${one.medium}`) },
    { id: "to", label: t("outbox.to"), cell: (/** @type {Message} */ one) => one.recipient || t("outbox.wiped") },
    { id: "state", label: t("outbox.state"), cell: (/** @type {Message} */ one) => html`<${State} message=${one} />` },
    { id: "at", label: t("outbox.at"), cell: (/** @type {Message} */ one) => html`<${DateTime} at=${one.created_at} />` },
    { id: "end", label: t("admin.actions"), end: true, cell: again },
  ]} /></div>`;
}

export function Outbox() {
  const resource = /** @type {import("./use_resource.js").Resource<{messages: Message[], next: string | null}>} */ (useResource("/admin/outbox?limit=50", EVERY));
  const [busy, setBusy] = useState("");
  const again = async (/** @type {Message} */ message) => {
    setBusy(message.id);
    try {
      await api.post(`/admin/outbox/${message.id}/again`);
      toast(t("outbox.queued_again"));
    } catch (error) {
      toast(problemWords(error));
    }
    setBusy("");
    void resource.reload();
  };
  return html`<${Section} title=${t("outbox.title")} hint=${t("outbox.hint")} testid="admin-outbox">
    <${Loaded} resource=${resource}>${(/** @type {{messages: Message[]}} */ data) => (data.messages.length
      ? html`<${MessageTable} messages=${data.messages} busy=${busy} onAgain=${(/** @type {Message} */ one) => void again(one)} />`
      : html`<div class="card"><${EmptyState} icon="send" title=${t("outbox.empty")}>${t("outbox.empty_more")}</${EmptyState}></div>`)}</${Loaded}>
  </${Section}>`;
}
