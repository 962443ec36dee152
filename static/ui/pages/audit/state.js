/** Is the trail whole, and does its signed head leave this machine? */
import { html } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Skeleton } from "../../components/skeleton.js";
import { problemWords } from "../../problem_words.js";
import { useResource } from "../admin/use_resource.js";

/** @typedef {import("./messages.js").State} State */

/** Milliseconds between looks: the server checks new rows each minute. */
const EVERY = 60_000;

/** @param {string} at */
function words(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}

/** @param {{state: State}} props */
function Whole({ state }) {
  if (state.fault_at !== null) {
    return html`<${Banner} kind="urgent" icon="triangle-alert" testid="audit-damaged">${t("audit.damaged", { row: state.fault_at })} ${t(`audit.fault_${state.fault.replaceAll(" ", "_")}`)}</${Banner}>`;
  }
  if (!state.checked_at || !state.complete_up_to) return html`<${Banner} kind="info" icon="hourglass" testid="audit-checking">${t("audit.checking")}</${Banner}>`;
  return html`<${Banner} kind="ok" icon="shield-check" testid="audit-complete">${t("audit.complete", { at: words(state.complete_up_to), count: state.rows })}</${Banner}>`;
}

/** @param {{state: State}} props */
function Ways({ state }) {
  if (!state.deliveries.length) return html`<${Banner} kind="warn" testid="audit-no-way">${t("audit.no_way")}</${Banner}>`;
  return html`<ul class="audit-ways" aria-label=${t("audit.ways")}>${state.deliveries.map((one) => html`<li key=${one.way} class=${one.late ? "audit-ways__late" : ""}>
    <strong>${t(`audit.way_${one.way}`)}</strong> ${one.delivered_at ? t("audit.delivered", { at: words(one.delivered_at) }) : t("audit.not_delivered")}
    ${one.outcome && one.outcome !== "done" && html` · ${t(`audit.way_${one.outcome}`)}`}</li>`)}</ul>`;
}

export function TrailState() {
  const { data, error, reload } = /** @type {import("../admin/use_resource.js").Resource<State>} */ (useResource("/audit/state", EVERY));
  if (data) return html`<div class="audit-state"><${Whole} state=${data} /><${Ways} state=${data} /></div>`;
  if (error === null) return html`<div class="audit-state" aria-busy="true"><${Skeleton} width="60%" /></div>`;
  return html`<${Banner} kind="warn" action=${html`<${Button} label=${t("common.try_again")} onClick=${() => void reload()} />`}>${problemWords(error)}</${Banner}>`;
}
