/** The clinic: what stands on every page, and its sites. */
import { html, useEffect, useMemo, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { ApiError } from "../../../core/api.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { EmptyState } from "../../components/empty_state.js";
import { Field } from "../../components/field.js";
import { Table } from "../../components/table.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { Loaded, Section, saySaved, takeBack } from "./parts.js";
import { useResource } from "./use_resource.js";

/**
 * @typedef {{name: string, phone: string, emergency_number: string, demo: boolean}} Details
 * @typedef {{clinic: Details, may_change: boolean}} ClinicAnswer
 * @typedef {{id: string, name: string, phone: string, closed_at: string | null, people: number}} Site
 */

/** What a field must be, by its name in the API. @type {Record<string, string>} */
const RULES = { name: "admin.name_rule", phone: "admin.phone_rule", emergency_number: "admin.emergency_rule" };

/** @param {unknown} error @returns {Record<string, string>} field -> words, "form" for all else */
function faultsOf(error) {
  const key = error instanceof ApiError && error.field ? RULES[error.field] : undefined;
  return key && error instanceof ApiError && error.field ? { [error.field]: t(key) } : { form: problemWords(error) };
}

/** @param {{answer: ClinicAnswer, reload: () => void}} props */
function DetailsForm({ answer, reload }) {
  const { clinic, may_change: mayChange } = answer;
  const [values, setValues] = useState(clinic);
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  const [busy, setBusy] = useState(false);
  useEffect(() => setValues(clinic), [clinic.name, clinic.phone, clinic.emergency_number]);
  const put = (/** @type {string} */ name) => (/** @type {string} */ value) => setValues({ ...values, [name]: value });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFaults({});
    try {
      saySaved(await api.patch("/admin/clinic", { name: values.name, phone: values.phone, emergency_number: values.emergency_number }), reload);
      reload();
    } catch (error) {
      setFaults(faultsOf(error));
    }
    setBusy(false);
  };
  return html`<form class="card card--padded form admin-form" noValidate onSubmit=${submit}>
    <${Field} label=${t("admin.clinic_name")} value=${values.name} onInput=${put("name")} error=${faults["name"]} maxlength=${120} readonly=${!mayChange} testid="clinic-name" />
    <${Field} label=${t("admin.clinic_phone")} hint=${t("admin.clinic_phone_hint")} type="tel" value=${values.phone} onInput=${put("phone")} error=${faults["phone"]} maxlength=${32} readonly=${!mayChange} testid="clinic-phone" />
    <${Field} label=${t("admin.emergency_number")} hint=${t("admin.emergency_hint")} type="tel" value=${values.emergency_number} onInput=${put("emergency_number")} error=${faults["emergency_number"]} maxlength=${20} readonly=${!mayChange} testid="clinic-emergency" />
    ${faults["form"] && html`<p class="field__error" role="alert">${faults["form"]}</p>`}
    ${mayChange ? html`<div class="form__buttons"><${Button} kind="primary" type="submit" label=${t("common.save")} busy=${busy} testid="clinic-save" /></div>` : html`<p class="muted">${t("admin.one_site")}</p>`}
  </form>`;
}

/** @param {{site: Site | null, onDone: () => void, onClose: () => void}} props `site` null: a new one */
function SiteDialog({ site, onDone, onClose }) {
  const commandId = useMemo(newCommandId, []);
  const [name, setName] = useState(site?.name ?? "");
  const [phone, setPhone] = useState(site?.phone ?? "");
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      const answer = site ? await api.patch(`/admin/sites/${site.id}`, { name, phone }) : await api.post("/admin/sites", { name, phone, command_id: commandId });
      saySaved(answer, onDone);
      onDone();
      onClose();
    } catch (error) {
      setFaults(faultsOf(error));
    }
  };
  return html`<${Dialog} title=${site ? t("admin.edit_site") : t("admin.new_site")} open=${true} onClose=${onClose} testid="site-dialog">
    <form class="form" noValidate onSubmit=${submit}>
      <${Field} label=${t("admin.site_name")} value=${name} onInput=${setName} error=${faults["name"]} maxlength=${120} testid="site-name" />
      <${Field} label=${t("admin.site_phone")} type="tel" value=${phone} onInput=${setPhone} error=${faults["phone"]} maxlength=${32} testid="site-phone" />
      ${faults["form"] && html`<p class="field__error" role="alert">${faults["form"]}</p>`}
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("common.save")} testid="site-save" /></div>
    </form>
  </${Dialog}>`;
}

/** @param {Site} site @param {boolean} closed @param {() => void} reload */
async function setClosed(site, closed, reload) {
  try {
    const answer = await api.patch(`/admin/sites/${site.id}`, { closed });
    toast(t(closed ? "admin.site_closed" : "admin.site_opened", { name: site.name }), { undo: () => void takeBack(answer.change_id, reload) });
    reload();
  } catch (error) {
    toast(problemWords(error));
  }
}

/** @param {{sites: Site[], onEdit: (site: Site) => void, reload: () => void, mayChange: boolean}} props */
function SiteTable({ sites, onEdit, reload, mayChange }) {
  const acts = (/** @type {Site} */ site) => mayChange && html`<span class="admin-acts"><${Button} icon="notebook-pen" label=${t("admin.edit")} onClick=${() => onEdit(site)} attributes=${{ "aria-label": t("admin.edit_named", { name: site.name }) }} />
    <${Button} label=${site.closed_at ? t("admin.open_again") : t("admin.close_site")} onClick=${() => void setClosed(site, !site.closed_at, reload)} attributes=${{ "aria-label": t(site.closed_at ? "admin.open_named" : "admin.close_named", { name: site.name }) }} /></span>`;
  return html`<div class="card"><${Table} caption=${t("admin.sites")} rows=${sites} rowKey=${(/** @type {Site} */ one) => one.id} columns=${[
    { id: "name", label: t("admin.site_name"), lead: true, cell: (/** @type {Site} */ one) => html`<span class="admin-badges">${one.name}${one.closed_at && html`<${Badge} icon="lock">${t("admin.closed")}</${Badge}>`}</span>` },
    { id: "phone", label: t("admin.site_phone"), cell: (/** @type {Site} */ one) => one.phone || t("admin.as_clinic") },
    { id: "people", label: t("admin.people"), cell: (/** @type {Site} */ one) => one.people },
    { id: "end", label: t("admin.actions"), end: true, cell: acts },
  ]} /></div>`;
}

export function Clinic() {
  const clinic = /** @type {import("./use_resource.js").Resource<ClinicAnswer>} */ (useResource("/admin/clinic"));
  const sites = /** @type {import("./use_resource.js").Resource<{sites: Site[]}>} */ (useResource("/admin/sites"));
  const [edited, setEdited] = useState(/** @type {Site | "new" | null} */ (null));
  const mayChange = clinic.data?.may_change ?? false;
  const add = mayChange && html`<${Button} icon="plus" label=${t("admin.new_site")} onClick=${() => setEdited("new")} testid="new-site" />`;
  return html`<${Section} title=${t("admin.details")} hint=${t("admin.details_hint")} testid="admin-clinic">
      <${Loaded} resource=${clinic}>${(/** @type {ClinicAnswer} */ data) => html`<${DetailsForm} answer=${data} reload=${() => void clinic.reload()} />`}</${Loaded}>
    </${Section}>
    <${Section} title=${t("admin.sites")} hint=${t("admin.sites_hint")} end=${add}>
      <${Loaded} resource=${sites}>${(/** @type {{sites: Site[]}} */ data) => (data.sites.length
        ? html`<${SiteTable} sites=${data.sites} onEdit=${setEdited} reload=${() => void sites.reload()} mayChange=${mayChange} />`
        : html`<div class="card"><${EmptyState} icon="house" title=${t("admin.no_sites")}>${t("admin.no_sites_more")}</${EmptyState}></div>`)}</${Loaded}>
    </${Section}>
    ${edited && html`<${SiteDialog} site=${edited === "new" ? null : edited} onDone=${() => void sites.reload()} onClose=${() => setEdited(null)} />`}`;
}
