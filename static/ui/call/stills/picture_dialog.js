/** One picture as large as the window takes it, with when it was taken and its check sum; staff can save and erase it. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { megabytes } from "./words.js";

/** @typedef {import("../../../core/messages.js").Still} Still */

/** @param {{at: string, onDone: () => void}} props why it goes */
export function EraseForm({ at, onDone }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const erase = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!reason.trim()) return;
    setBusy(true);
    try {
      await api.post(`${at.replace("/api/v1", "")}/erase`, { reason: reason.trim() });
      toast(t("still.erased"));
      onDone();
    } catch (error) {
      toast(problemWords(error));
      setBusy(false);
    }
  };
  return html`<form class="still-erase" onSubmit=${erase}><${Field} label=${t("still.erase_reason")} value=${reason} onInput=${setReason} maxlength=${200} required=${true} testid="still-erase-reason" />
    <${Button} kind="danger" icon="trash-2" type="submit" label=${t("still.erase_sure")} busy=${busy} disabled=${!reason.trim()} testid="still-erase-sure" /></form>`;
}

/** @param {{still: Still, name: string, at: string, may: {erase: boolean}, onClose: () => void}} props `at`: its address */
export function PictureDialog({ still, name, at, may, onClose }) {
  const [failed, setFailed] = useState(false);
  const [erasing, setErasing] = useState(false);
  const title = name ? t("still.picture_of", { number: still.number, name }) : t("still.picture", { number: still.number });
  const acts = html`<${Button} icon="external-link" label=${t("still.save")} href="${at}/picture" attributes=${{ download: `still-${still.number}` }} testid="still-save" />
    ${may.erase && !erasing && html`<${Button} kind="danger" icon="trash-2" label=${t("still.erase")} onClick=${() => setErasing(true)} testid="still-erase" />`}`;
  return html`<${Dialog} title=${title} open=${true} wide=${true} onClose=${onClose} actions=${acts} testid="still-picture">
    ${failed ? html`<p role="alert">${t("still.not_shown")}</p>` : html`<img class="still-view" src="${at}/picture" alt=${title} onError=${() => setFailed(true)} data-testid="still-image" />`}
    <p class="muted"><${DateTime} at=${still.taken_at ?? still.kept_at ?? still.at} /> · ${t("still.size", { width: still.width ?? 0, height: still.height ?? 0, size: megabytes(still.size ?? 0) })}</p>
    <details><summary>${t("still.proof")}</summary><p class="still-sum">SHA-256 ${still.sha256}</p></details>
    ${erasing && html`<${EraseForm} at=${at} onDone=${onClose} />`}
  </${Dialog}>`;
}
