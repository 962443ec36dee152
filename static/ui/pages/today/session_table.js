/** Consultations that are open: to return to, or to look in on. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { Table } from "../../components/table.js";
import { visitName } from "../../visit_name.js";

/** @typedef {import("./staff_state.js").SessionRow} SessionRow */

/** The states in which one can go in; a session in another one is over. @type {Record<string, {kind: "ok" | "warn" | "plain", key: string}>} */
const STATES = {
  created: { kind: "plain", key: "today.state_open" },
  open: { kind: "plain", key: "today.state_open" },
  active: { kind: "ok", key: "today.state_active" },
  empty: { kind: "warn", key: "today.state_empty" },
};

/** @param {{row: SessionRow}} props */
function State({ row }) {
  const state = STATES[row.state];
  if (!state) return null;
  return html`<span class="cell-line"><${Badge} kind=${state.kind}>${t(state.key)}</${Badge}>${row.people > 0 && html`<span class="muted nowrap">${t("today.people", { count: row.people })}</span>`}</span>`;
}

/** @param {SessionRow} row */
function openButton(row) {
  const name = visitName(row) || t("today.unnamed");
  const label = t(row.mine ? "today.return" : "today.look_in");
  const spoken = t(row.mine ? "today.return_name" : "today.look_in_name", { name });
  return html`<${Button} label=${label} icon="arrow-right" href="/call/${row.id}" testid="open-session" attributes=${{ "aria-label": spoken }} />`;
}

function columns() {
  return [
    { id: "patient", label: t("today.patient"), lead: true, cell: (/** @type {SessionRow} */ row) => visitName(row) || html`<span class="muted">${t("today.unnamed")}</span>` },
    { id: "reason", label: t("today.reason"), cell: (/** @type {SessionRow} */ row) => row.reason ?? "" },
    { id: "opened", label: t("today.opened"), cell: (/** @type {SessionRow} */ row) => html`<${DateTime} at=${row.started_at ?? row.created_at} />` },
    { id: "state", label: t("today.state"), cell: (/** @type {SessionRow} */ row) => html`<${State} row=${row} />` },
    { id: "open", label: t("today.actions"), end: true, cell: openButton },
  ];
}

/** @param {{rows: SessionRow[] | null}} props null while loading */
export function SessionTable({ rows: all }) {
  const rows = all && all.filter((row) => STATES[row.state]);
  return html`<section class="section" aria-labelledby="sessions-title">
    <div class="section__head"><h2 id="sessions-title">${t("today.open_sessions")}</h2></div>
    <div class="card" data-testid="open-sessions">
      ${!rows && html`<${SkeletonRows} rows=${1} />`}
      ${rows && !rows.length && html`<${EmptyState} icon="video" title=${t("today.no_sessions")}>${t("today.no_sessions_more")}</${EmptyState}>`}
      ${rows && rows.length > 0 && html`<${Table} caption=${t("today.open_sessions")} columns=${columns()} rows=${rows} rowKey=${(/** @type {SessionRow} */ row) => row.id} />`}
    </div>
  </section>`;
}
