/** What a search found: one line a person, or what to do when there is none. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Avatar } from "../../components/avatar.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { ErrorState } from "../../components/error_state.js";
import { SkeletonRows } from "../../components/skeleton.js";
import { problemCode } from "../../problem_words.js";
import { birthWords, patientProblem } from "./words.js";

/** @typedef {import("./messages.js").Found} Found */
/** @typedef {ReturnType<typeof import("./use_search.js").useSearch>} Search */

/** @param {{patient: Found, onChoose?: ((patient: Found) => void) | undefined}} props a link to the record, or a button that chooses it */
export function FoundLine({ patient, onChoose }) {
  const body = html`<${Avatar} name=${patient.name} />
    <span class="row__text"><span class="row__title">${patient.name}</span><span class="row__meta">${birthWords(patient)}</span></span>
    ${!patient.open && html`<${Badge} icon="lock">${t("patients.closed")}</${Badge}>`}`;
  return html`<li class="found">${onChoose
    ? html`<button type="button" class="found__line" onClick=${() => onChoose(patient)} data-testid="found">${body}</button>`
    : html`<a class="found__line" href="/patients/${patient.id}" data-testid="found">${body}</a>`}</li>`;
}

/** @param {{patients: Found[], onChoose?: ((patient: Found) => void) | undefined, label: string}} props */
export function FoundList({ patients, onChoose, label }) {
  return html`<ul class="rows" aria-label=${label}>${patients.map((patient) => html`<${FoundLine} key=${patient.id} patient=${patient} onChoose=${onChoose} />`)}</ul>`;
}

/** @param {{search: Search}} props */
function Failed({ search }) {
  if (problemCode(search.error) === "not_allowed") {
    return html`<${ErrorState} icon="lock" title=${t("patients.no_permission")} testid="no-permission">${t("patients.no_permission_more")}</${ErrorState}>`;
  }
  return html`<${ErrorState} title=${t("patients.search_failed")} code=${problemCode(search.error)}
    action=${html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${search.retry} />`}>${patientProblem(search.error)}</${ErrorState}>`;
}

/** @param {{search: Search, empty: unknown, none: unknown, onChoose?: (patient: Found) => void}} props `empty` before anything is typed, `none` when nobody fits */
export function Results({ search, empty, none, onChoose }) {
  if (search.state === "idle") return empty;
  if (search.state === "failed") return html`<${Failed} search=${search} />`;
  if (search.state === "loading" && !search.patients.length) return html`<${SkeletonRows} rows=${3} />`;
  if (!search.patients.length) return none;
  return html`<${FoundList} patients=${search.patients} onChoose=${onChoose} label=${t("patients.results")} />
    ${search.more && html`<p class="found__more muted">${t("patients.more")}</p>`}`;
}

/** @param {{search: Search}} props said by screen readers when an answer came */
export function LiveCount({ search }) {
  return html`<p class="visually-hidden" role="status">${search.state === "found" ? t("patients.count", { count: search.patients.length }) : ""}</p>`;
}

/** @param {{onCreate?: () => void}} props */
export function NobodyFound({ onCreate }) {
  return html`<${EmptyState} icon="user-x" title=${t("patients.none")} level=${2} testid="none-found"
    action=${onCreate && html`<${Button} icon="user-plus" label=${t("patients.new")} onClick=${onCreate} />`}>${t(onCreate ? "patients.none_more" : "patients.none_try")}</${EmptyState}>`;
}
