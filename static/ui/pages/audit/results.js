/** What a search found: a table, cards on phones; names of staff only, everything else by its id. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { Table } from "../../components/table.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { ExportButton } from "./export_button.js";

/** @typedef {import("./messages.js").Row} Row */
/** @typedef {ReturnType<typeof import("./use_search.js").useSearch>} Search */

/** Narrower than this the form fills the window: what was found is brought into sight. CSS pixels, as in the style sheets. */
const NARROW = 720;

/** Seconds matter here. @param {{at: string}} props */
function Moment({ at }) {
  const text = new Intl.DateTimeFormat(language(), { dateStyle: "short", timeStyle: "medium" }).format(new Date(at));
  return html`<time datetime=${at} title=${at}>${text}</time>`;
}

/** @param {{row: Row, names: Map<string, string>}} props */
function Who({ row, names }) {
  const name = names.get(row.actor) ?? (row.actor === "system" ? t("audit.system") : row.actor === "anonymous" ? t("audit.anonymous") : null);
  if (name) return html`<span class="audit-who"><span>${name}</span>${names.has(row.actor) && html`<span class="muted">${t(`role.${row.role}`)}</span>`}</span>`;
  return html`<span class="audit-who"><span>${t(`role.${row.role}`)}</span><code>${row.actor}</code></span>`;
}

/** @param {{action: string}} props */
function Act({ action }) {
  const [group = "", did = ""] = action.split(".");
  return html`<span class="audit-act">${t(`audit.group_${group}`)}: ${t(`audit.did_${did}`)}</span>`;
}

/** @param {{id: string, names: Map<string, string>, onAbout: (id: string) => void}} props */
function About({ id, names, onAbout }) {
  const name = names.get(id);
  return html`<button type="button" class="audit-id" onClick=${() => onAbout(id)} title=${t("audit.look_for", { name: name ?? id })}>${name ?? html`<code>${id}</code>`}</button>`;
}

/** @param {{search: Search, onAbout: (id: string) => void}} props */
function Rows({ search, onAbout }) {
  const { rows, names, next } = search;
  /** @type {import("../../components/table.js").Column<Row>[]} */
  const columns = [
    { id: "act", label: t("audit.act"), lead: true, cell: (row) => html`<${Act} action=${row.action} />` },
    { id: "at", label: t("audit.at"), cell: (row) => html`<${Moment} at=${row.at} />` },
    { id: "who", label: t("audit.who"), cell: (row) => html`<${Who} row=${row} names=${names} />` },
    { id: "about", label: t("audit.about_short"), cell: (row) => html`<${About} id=${row.object_id} names=${names} onAbout=${onAbout} />` },
    { id: "outcome", label: t("audit.outcome"), cell: (row) => (row.outcome === "refused" ? html`<${Badge} kind="warn" icon="circle-x">${t("audit.refused")}</${Badge}>` : t("audit.done")) },
  ];
  return html`<div class="card audit-rows"><${Table} caption=${t("audit.rows")} columns=${columns} rows=${rows} rowKey=${(/** @type {Row} */ row) => String(row.sequence)} /></div>
    ${next !== null && search.state !== "failed" && html`<div class="audit-more"><${Button} label=${t("audit.more")} busy=${search.state === "loading"} onClick=${search.more} testid="audit-more" /></div>`}`;
}

/** @param {{search: Search, onAbout: (id: string) => void}} props */
export function Results({ search, onAbout }) {
  const { state, rows, error } = search;
  const section = useRef(/** @type {HTMLElement | null} */ (null));
  const isNew = useRef(false);
  useEffect(() => {
    if (state === "loading") isNew.current = rows.length === 0;
    if (state === "found" && isNew.current && innerWidth < NARROW) section.current?.scrollIntoView({ block: "start" });
  }, [state]);
  const failed = state === "failed" && html`<div class="card"><${ErrorState} level=${2} title=${t("audit.failed")} code=${problemCode(error)} testid="audit-error"
    action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${search.again} />`}>${problemWords(error)}</${ErrorState}></div>`;
  return html`<section class="audit-part" ref=${section} aria-label=${t("audit.rows")} aria-busy=${state === "loading"} data-testid="audit-results">
    <p class="visually-hidden" role="status">${state === "found" ? t("audit.count", { count: rows.length }) : ""}</p>
    ${state === "idle" && html`<div class="card"><${EmptyState} icon="clipboard-list" level=${2} title=${t("audit.begin")}>${t("audit.begin_more")}</${EmptyState}></div>`}
    ${state === "loading" && !rows.length && html`<div class="card"><${SkeletonRows} rows=${5} /></div>`}
    ${state === "found" && !rows.length && html`<div class="card"><${EmptyState} icon="search" level=${2} title=${t("audit.none")} testid="audit-none">${t("audit.none_more")}</${EmptyState}></div>`}
    ${rows.length > 0 && html`<div class="audit-export"><${ExportButton} question=${search.question} /></div><${Rows} search=${search} onAbout=${onAbout} />`}
    ${failed}
  </section>`;
}
