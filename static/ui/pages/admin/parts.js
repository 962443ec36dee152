/** What all parts of the admin pages share: a section, the states of one that is loaded, and "saved" with the way back. */
import { html } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { Skeleton } from "../../components/skeleton.js";
import { toast } from "../../components/toast.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @param {{title: string, hint?: string, end?: unknown, children?: unknown, testid?: string}} props */
export function Section({ title, hint, end, children, testid }) {
  return html`<section class="admin-section" data-testid=${testid}>
    <div class="admin-section__head"><div class="admin-section__words"><h2>${title}</h2>${hint && html`<p class="muted">${hint}</p>`}</div>${end}</div>
    ${children}
  </section>`;
}

/** @param {{rows?: number}} props */
function Waiting({ rows = 4 }) {
  return html`<div class="card card--padded admin-wait" aria-busy="true">${Array.from({ length: rows }, (_, index) => html`<${Skeleton} key=${index} width=${`${90 - index * 12}%`} />`)}</div>`;
}

/**
 * Shows the right state of something loaded; `children` is called with the data once it is there. What was loaded before stays
 * in sight when a later look fails: the page says so above.
 * @template T
 * @param {{resource: import("./use_resource.js").Resource<T>, rows?: number, children: (data: T) => unknown}} props
 */
export function Loaded({ resource, rows, children }) {
  const { data, error, reload } = resource;
  if (data !== null) return html`${error !== null && html`<p class="admin-stale" role="status">${problemWords(error)}</p>`}${children(data)}`;
  if (error === null) return html`<${Waiting} rows=${rows} />`;
  const again = html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${() => void reload()} />`;
  return html`<div class="card"><${ErrorState} title=${t("admin.not_loaded")} code=${problemCode(error)} action=${again} testid="admin-error">${problemWords(error)}</${ErrorState}></div>`;
}

/**
 * Takes a change back.
 * @param {string} changeId
 * @param {() => void} onDone
 */
export async function takeBack(changeId, onDone) {
  try {
    await api.post(`/admin/changes/${changeId}/revert`);
    toast(t("admin.taken_back"));
  } catch (error) {
    toast(problemCode(error) === "changed_since" ? t("admin.changed_since") : problemWords(error));
  }
  onDone();
}

/**
 * Says that a setting counts now, with the way back.
 * @param {{change_id: string | null}} answer
 * @param {() => void} onUndone
 */
export function saySaved(answer, onUndone) {
  const changeId = answer.change_id;
  if (changeId === null) toast(t("admin.same"));
  else toast(t("admin.saved"), { undo: () => void takeBack(changeId, onUndone) });
}
