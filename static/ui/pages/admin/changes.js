/** Changes: who set what, what it was before, and one press to take the last one back. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { EmptyState } from "../../components/empty_state.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { Loaded, Section, takeBack } from "./parts.js";
import { useResource } from "./use_resource.js";

/** @typedef {{id: string, kind: string, key: string, site_name: string, before: Record<string, any> | null, after: Record<string, any> | null, changed_by: string, at: string, reverts: string | null, can_revert: boolean}} Change */

const PAGE_SIZE = 30;

/** @param {Change} change */
function subject(change) {
  if (change.kind === "policy") return t(`policy.${change.key}`);
  if (change.kind === "site") return `${t("admin.site")}: ${change.site_name}`;
  if (change.kind === "organisation") return t("admin.details");
  const [name, language, medium] = change.key.split(":");
  return `${t(`template.${name}`)} (${t(`admin.medium_${medium}`)}, ${t(`admin.language_${language}`)})`;
}

/** One field of a setting in words. @param {Change} change @param {string} name @param {any} value */
function valueWords(change, name, value) {
  if (value === undefined || value === null) return t("policy.default");
  if (change.kind === "policy" && typeof value === "string") return t(`policy.${change.key}_${value}`);
  if (change.kind === "policy") return value === 0 ? t("policy.never") : t(`policy.${change.key}_value`, { count: Number(value) });
  if (name === "closed") return value ? t("admin.closed") : t("admin.open");
  return value === "" ? t("admin.nothing") : String(value);
}

/** @param {{change: Change}} props */
function Differences({ change }) {
  const names = [...new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})])];
  const plain = new Set([change.before, change.after].includes(null) ? ["", false] : []); // of something new only what was filled in
  const differing = names.filter((name) => change.before?.[name] !== change.after?.[name] && !plain.has((change.after ?? change.before)?.[name]));
  return html`<dl class="differences">${differing.map((name) => html`<div key=${name}>
    <dt>${change.kind === "policy" ? t("admin.value") : t(`setting.${name}`)}</dt>
    <dd>${change.before !== null || change.kind === "policy" ? html`<del><span class="visually-hidden">${t("admin.before")} </span>${valueWords(change, name, change.before?.[name])}</del> <span aria-hidden="true">→</span> ` : ""}<ins><span class="visually-hidden">${t("admin.after")} </span>${valueWords(change, name, change.after?.[name])}</ins></dd>
  </div>`)}</dl>`;
}

/** @param {{change: Change, onRevert: (change: Change) => void, busy: boolean}} props */
function ChangeRow({ change, onRevert, busy }) {
  return html`<li class="admin-change" data-testid="change">
    <div class="admin-change__text">
      <p class="admin-badges"><strong>${subject(change)}</strong>${change.reverts && html`<${Badge} icon="undo-2">${t("admin.was_taken_back")}</${Badge}>`}</p>
      <${Differences} change=${change} />
      <p class="muted">${change.changed_by || t("admin.system")} · <${DateTime} at=${change.at} /></p>
    </div>
    ${change.can_revert && html`<${Button} icon="undo-2" label=${t("admin.take_back")} busy=${busy} onClick=${() => onRevert(change)} testid="revert" attributes=${{ "aria-label": t("admin.take_back_named", { name: subject(change) }) }} />`}
  </li>`;
}

export function Changes() {
  const resource = /** @type {import("./use_resource.js").Resource<{changes: Change[], next: string | null}>} */ (useResource(`/admin/changes?limit=${PAGE_SIZE}`));
  const [busy, setBusy] = useState("");
  const revert = async (/** @type {Change} */ change) => {
    setBusy(change.id);
    await takeBack(change.id, () => void resource.reload());
    setBusy("");
  };
  const more = async () => {
    const { data } = resource;
    if (!data?.next) return;
    try {
      const page = await api.get(`/admin/changes?limit=${PAGE_SIZE}&after=${data.next}`);
      resource.put({ changes: [...data.changes, ...page.changes], next: page.next });
    } catch (error) {
      toast(problemWords(error));
    }
  };
  return html`<${Section} title=${t("admin.changes")} hint=${t("admin.changes_hint")} testid="admin-changes">
    <${Loaded} resource=${resource}>${(/** @type {{changes: Change[], next: string | null}} */ data) => (data.changes.length
      ? html`<ul class="card admin-changes">${data.changes.map((change) => html`<${ChangeRow} key=${change.id} change=${change} onRevert=${(/** @type {Change} */ one) => void revert(one)} busy=${busy === change.id} />`)}</ul>
        ${data.next && html`<div class="admin-more"><${Button} label=${t("admin.more")} onClick=${() => void more()} /></div>`}`
      : html`<div class="card"><${EmptyState} icon="history" title=${t("admin.no_changes")}>${t("admin.no_changes_more")}</${EmptyState}></div>`)}</${Loaded}>
  </${Section}>`;
}
