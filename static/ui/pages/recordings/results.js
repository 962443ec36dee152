/** The recordings found: a table, cards on phones, and every state a list can be in. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { Table } from "../../components/table.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { ReviewBadge, RuleBadges, StateBadge } from "./badges.js";
import { lengthWords, momentWords, personWords, spokenLength, titleWords, untilWords } from "./words.js";

/** @typedef {import("../../../core/review/messages.js").RecordingRow} RecordingRow */
/** @typedef {ReturnType<typeof import("./use_recordings.js").useRecordings>} Found */

/** Names that stand in a row; more are counted. */
const MAX_NAMES = 3;

/** @param {{row: RecordingRow}} props */
function What({ row }) {
  return html`<div class="recording-row__what">
    <a class="recording-row__link" href="/recordings/${row.id}" data-testid="recording">${titleWords(row)}</a>
    <span class="recording-row__badges"><${StateBadge} row=${row} /><${RuleBadges} row=${row} /></span>
    ${row.tags.length > 0 && html`<ul class="tags" aria-label=${t("recordings.tags")}>${row.tags.map((tag) => html`<li key=${tag} class="tag">${tag}</li>`)}</ul>`}
  </div>`;
}

/** @param {{row: RecordingRow}} props */
function When({ row }) {
  return html`<div class="recording-row__lines">${row.started_at ? html`<time datetime=${row.started_at}>${momentWords(row.started_at)}</time>` : html`<span>${t("recordings.not_begun")}</span>`}
    <span class="muted">${t(`recordings.kind_${row.kind}`)}${row.duration_ms ? html`, <span aria-hidden="true">${lengthWords(row.duration_ms)}</span><span class="visually-hidden">${spokenLength(row.duration_ms)}</span>` : ""}</span></div>`;
}

/** @param {{row: RecordingRow}} props */
function Who({ row }) {
  const shown = row.people.slice(0, MAX_NAMES).map(personWords).join(", ");
  const rest = row.people.length - MAX_NAMES;
  return html`<span>${shown}${rest > 0 ? ` ${t("recordings.and_more", { count: rest })}` : ""}</span>`;
}

/** @param {{row: RecordingRow}} props */
function Review({ row }) {
  return html`<div class="recording-row__badges"><${ReviewBadge} status=${row.review_status} />${row.markers > 0 && html`<${Badge} icon="pin">${t("recordings.markers", { count: row.markers })}</${Badge}>`}</div>`;
}

/** @param {{rows: RecordingRow[]}} props */
function Rows({ rows }) {
  /** @type {import("../../components/table.js").Column<RecordingRow>[]} */
  const columns = [
    { id: "what", label: t("recordings.what"), lead: true, cell: (row) => html`<${What} row=${row} />` },
    { id: "when", label: t("recordings.when"), cell: (row) => html`<${When} row=${row} />` },
    { id: "who", label: t("recordings.who"), cell: (row) => html`<${Who} row=${row} />` },
    { id: "review", label: t("recordings.review"), cell: (row) => html`<${Review} row=${row} />` },
    { id: "kept", label: t("recordings.kept_label"), cell: (row) => untilWords(row) },
  ];
  return html`<div class="card recordings-rows"><${Table} caption=${t("recordings.title")} columns=${columns} rows=${rows} rowKey=${(/** @type {RecordingRow} */ row) => row.id} /></div>`;
}

/** @param {{found: Found}} props */
function Failed({ found }) {
  if (problemCode(found.error) === "not_allowed") {
    return html`<div class="card"><${ErrorState} icon="lock" level=${2} title=${t("recordings.no_permission")} testid="no-permission"
      action=${html`<${Button} icon="arrow-left" label=${t("today.title")} href="/" />`}>${t("recordings.no_permission_more")}</${ErrorState}></div>`;
  }
  return html`<div class="card"><${ErrorState} level=${2} title=${t("recordings.failed")} code=${problemCode(found.error)} testid="recordings-error"
    action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${found.again} />`}>${problemWords(found.error)}</${ErrorState}></div>`;
}

/** @param {{isNarrowed: boolean, onClear: () => void}} props */
function Empty({ isNarrowed, onClear }) {
  if (isNarrowed) {
    return html`<div class="card"><${EmptyState} icon="search" level=${2} title=${t("recordings.none")} testid="recordings-none"
      action=${html`<${Button} label=${t("recordings.clear_all")} onClick=${onClear} />`}>${t("recordings.none_more")}</${EmptyState}></div>`;
  }
  return html`<div class="card"><${EmptyState} icon="video" level=${2} title=${t("recordings.empty")} testid="recordings-empty">${t("recordings.empty_more")}</${EmptyState}></div>`;
}

/** @param {{found: Found, isNarrowed: boolean, onClear: () => void}} props */
export function Found({ found, isNarrowed, onClear }) {
  const { state, rows, next } = found;
  return html`<section class="recordings-found" aria-label=${t("recordings.title")} aria-busy=${String(state === "loading")} data-testid="recordings">
    <p class="visually-hidden" role="status">${state === "found" ? t("recordings.count", { count: rows.length }) : ""}</p>
    ${state === "loading" && !rows.length && html`<div class="card"><${SkeletonRows} rows=${6} /></div>`}
    ${rows.length > 0 && html`<${Rows} rows=${rows} />`}
    ${state === "found" && !rows.length && html`<${Empty} isNarrowed=${isNarrowed} onClear=${onClear} />`}
    ${state === "failed" && html`<${Failed} found=${found} />`}
    ${next !== null && state !== "failed" && html`<div class="recordings-more"><${Button} label=${t("recordings.more")} busy=${state === "loading"} onClick=${found.more} testid="more-recordings" /></div>`}
  </section>`;
}
