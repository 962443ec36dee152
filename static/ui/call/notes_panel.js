/** The staff note. It never reaches the patient; it is saved by itself, and two writers are shown each other's words. */
import { html, useEffect } from "../../vendor/preact.js";
import { clockTime, t } from "../../core/i18n.js";
import { MAX_NOTE } from "../../core/note_draft.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { useNote } from "./note_context.js";

/** @typedef {import("../../core/note_draft.js").NoteDraft} NoteDraft */

/** @param {{draft: NoteDraft}} props */
function Status({ draft }) {
  const status = draft.status.value;
  const at = draft.savedAt.value;
  const words = status === "saved" && at ? t("call.note_saved_at", { time: clockTime(at) }) : t(`call.note_${status}`);
  return html`<p class="notes__status" role="status" data-testid="note-status" data-status=${status}><${Icon} name=${status === "failed" ? "circle-alert" : status === "saved" ? "check" : "clock"} size=${16} />${words}</p>`;
}

/** @param {{draft: NoteDraft}} props */
function Conflict({ draft }) {
  return html`<${Banner} kind="warn" action=${html`<div class="notes__choice">
      <${Button} label=${t("call.note_keep_both")} onClick=${() => draft.resolve("both")} />
      <${Button} label=${t("call.note_keep_mine")} onClick=${() => draft.resolve("mine")} />
      <${Button} label=${t("call.note_take_theirs")} onClick=${() => draft.resolve("theirs")} /></div>`}>
    <p>${t("call.note_conflict_text")}</p><blockquote class="notes__theirs">${draft.theirs.value || t("call.note_empty")}</blockquote></${Banner}>`;
}

export function NotesPanel() {
  const draft = useNote();
  useEffect(() => {
    void draft.load();
    return () => void draft.save();
  }, [draft]);
  const onInput = (/** @type {Event} */ event) => draft.edit(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value);
  return html`<div class="notes">
    <p class="notes__who"><${Icon} name="lock" size=${16} />${t("call.note_staff_only")}</p>
    ${draft.status.value === "conflict" && html`<${Conflict} draft=${draft} />`}
    <textarea class="field__input notes__input" aria-label=${t("call.notes")} maxlength=${MAX_NOTE} value=${draft.body.value} disabled=${draft.status.value === "loading"} placeholder=${t("call.note_placeholder")} data-testid="note-input" onInput=${onInput} onBlur=${() => void draft.save()}></textarea>
    <${Status} draft=${draft} />
  </div>`;
}
