/** Wordings of the messages the server sends: ours, or the clinic's own; shown as they will read before they are used. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { ListRow } from "../../components/list_row.js";
import { Select } from "../../components/select.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { Loaded, Section, saySaved } from "./parts.js";
import { useResource } from "./use_resource.js";

/**
 * @typedef {{name: string, language: string, medium: "mail" | "sms", subject: string, body: string, is_own: boolean, placeholders: string[], required: string[]}} Wording
 * @typedef {{subject: string, text: string, parts: number}} Preview
 * @typedef {{subject: number, mail: number, sms: number}} TextLimits
 */

/** Milliseconds of quiet before the preview is made anew. */
const PAUSE = 350;

/** @param {unknown} error @param {Wording} wording @returns {{field: string, words: string}} */
function faultOf(error, wording) {
  if (!(error instanceof ApiError) || error.status !== 400) return { field: "form", words: problemWords(error) };
  const missing = wording.required.map((name) => `{${name}}`).join(", ");
  return { field: error.field === "subject" ? "subject" : "body", words: error.field === "subject" ? t("admin.subject_rule") : t("admin.body_rule", { missing: missing || "-" }) };
}

/** @param {Wording} wording @param {string} subject @param {string} body */
function usePreview(wording, subject, body) {
  const [preview, setPreview] = useState(/** @type {Preview | null} */ (null));
  const [fault, setFault] = useState(/** @type {{field: string, words: string} | null} */ (null));
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(async () => {
      try {
        const answer = await api.post("/admin/templates/preview", { name: wording.name, language: wording.language, medium: wording.medium, subject, body });
        if (!gone) { setPreview(answer); setFault(null); }
      } catch (error) {
        if (!gone) setFault(faultOf(error, wording));
      }
    }, PAUSE);
    return () => { gone = true; clearTimeout(timer); };
  }, [subject, body]);
  return { preview, fault };
}

/** @param {{preview: Preview | null, wording: Wording}} props */
function PreviewBox({ preview, wording }) {
  return html`<div class="message-preview" lang=${wording.language} aria-live="polite" data-testid="template-preview">
    <p class="message-preview__label">${t("admin.preview")}${preview?.parts ? ` · ${t("admin.sms_parts", { count: preview.parts })}` : ""}</p>
    ${preview && html`${preview.subject && html`<p class="message-preview__subject">${preview.subject}</p>`}<p class="message-preview__text">${preview.text}</p>`}
  </div>`;
}

/** @param {{wording: Wording, limits: TextLimits, onDone: () => void, onClose: () => void}} props */
function TemplateDialog({ wording, limits, onDone, onClose }) {
  const [subject, setSubject] = useState(wording.subject);
  const [body, setBody] = useState(wording.body);
  const [busy, setBusy] = useState(false);
  const { preview, fault } = usePreview(wording, subject, body);
  const which = { name: wording.name, language: wording.language, medium: wording.medium };
  const send = async (/** @type {() => Promise<any>} */ request) => {
    setBusy(true);
    try {
      saySaved(await request(), onDone);
      onDone();
      onClose();
    } catch (error) {
      setBusy(false);
      toast(problemWords(error));
    }
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!fault && !busy) void send(() => api.put("/admin/templates", { ...which, subject, body }));
  };
  return html`<${Dialog} title=${t(`template.${wording.name}`)} wide=${true} open=${true} onClose=${onClose} testid="template-dialog">
    <form class="form" noValidate onSubmit=${submit}>
      <p class="muted">${t(`admin.medium_${wording.medium}`)} · ${t(`admin.language_${wording.language}`)}</p>
      ${wording.medium === "mail" && html`<${Field} label=${t("admin.subject")} value=${subject} onInput=${setSubject} maxlength=${limits.subject} error=${fault?.field === "subject" ? fault.words : ""} testid="template-subject" attributes=${{ lang: wording.language }} />`}
      <${Field} label=${t("admin.body")} value=${body} onInput=${setBody} multiline=${true} rows=${wording.medium === "mail" ? 8 : 4} maxlength=${limits[wording.medium]} error=${fault && fault.field !== "subject" ? fault.words : ""}
        hint=${t("admin.placeholders", { names: wording.placeholders.map((name) => `{${name}}`).join(" ") })} testid="template-body" attributes=${{ lang: wording.language }} />
      <${PreviewBox} preview=${preview} wording=${wording} />
      <div class="dialog__buttons">
        ${wording.is_own && html`<${Button} kind="plain" icon="undo-2" label=${t("admin.our_wording")} onClick=${() => void send(() => api.post("/admin/templates/reset", which))} />`}
        <${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("common.save")} busy=${busy} disabled=${Boolean(fault)} testid="template-save" /></div>
    </form>
  </${Dialog}>`;
}

/** @param {{wordings: Wording[], onEdit: (wording: Wording) => void}} props */
function WordingList({ wordings, onEdit }) {
  return html`<ul class="rows card">${wordings.map((one) => html`<${ListRow} key=${one.name} title=${html`<span class="admin-badges">${t(`template.${one.name}`)}${one.is_own && html`<${Badge} kind="brand">${t("admin.own_wording")}</${Badge}>`}</span>`}
    meta=${html`<span class="message-line" lang=${one.language}>${one.subject || one.body}</span>`}
    end=${html`<${Button} icon="notebook-pen" label=${t("admin.edit")} onClick=${() => onEdit(one)} testid=${`edit-${one.name}`} attributes=${{ "aria-label": t("admin.edit_named", { name: t(`template.${one.name}`) }) }} />`} />`)}</ul>`;
}

export function Templates() {
  const resource = /** @type {import("./use_resource.js").Resource<{templates: Wording[], limits: TextLimits}>} */ (useResource("/admin/templates"));
  const [shownLanguage, setLanguage] = useState(document.documentElement.lang.startsWith("de") ? "de" : "en");
  const [medium, setMedium] = useState("mail");
  const [edited, setEdited] = useState(/** @type {Wording | null} */ (null));
  const choose = html`<div class="admin-choices">
    <${Select} label=${t("admin.wording_language")} hideLabel=${true} value=${shownLanguage} onChange=${setLanguage} options=${["en", "de"].map((value) => ({ value, label: t(`admin.language_${value}`) }))} />
    <${Select} label=${t("admin.medium")} hideLabel=${true} value=${medium} onChange=${setMedium} options=${["mail", "sms"].map((value) => ({ value, label: t(`admin.medium_${value}`) }))} /></div>`;
  return html`<${Section} title=${t("admin.wordings")} hint=${t("admin.wordings_hint")} end=${choose} testid="admin-templates">
    <${Loaded} resource=${resource} rows=${6}>${(/** @type {{templates: Wording[], limits: TextLimits}} */ data) => html`<${WordingList} wordings=${data.templates.filter((one) => one.language === shownLanguage && one.medium === medium)} onEdit=${setEdited} />
      ${edited && html`<${TemplateDialog} wording=${edited} limits=${data.limits} onDone=${() => void resource.reload()} onClose=${() => setEdited(null)} />`}`}</${Loaded}>
  </${Section}>`;
}
