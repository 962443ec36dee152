/** The mark in the head of the stage: that it is recorded, in a word, and whether oneself is. A press tells more. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { markOf, mustAnswer, ownPart } from "../../../core/recording.js";
import { lazy } from "../../components/lazy.js";
import { useCall } from "../context.js";
import { leads, ownOpen, putOff, reasonPutOff } from "./desk.js";

const MarkButton = lazy(async () => (await import("./mark_button.js")).MarkButton);

/** @param {import("../../../core/messages.js").Recording} recording @returns {string} what belongs beside the word */
function beside(recording) {
  if (mustAnswer(recording)) return t("recording.please_answer");
  return ownPart(recording) === "not_recorded" ? t("recording.mark_not_you") : "";
}

export function RecordingMark() {
  const { session } = useCall();
  const recording = session.state.value?.recording;
  const mark = markOf(recording);
  if (!recording || !mark) return null;
  const also = beside(recording);
  const asked = mustAnswer(recording);
  const press = () => {
    putOff.value = false;
    reasonPutOff.value ||= asked; // One's own answer is what was pressed for.
    ownOpen.value = !asked && !ownOpen.value;
  };
  return html`<div class="rec-head"><button type="button" class=${`rec-mark rec-mark--${mark}`} data-testid="recording-mark" data-state=${mark} title=${t(`recording.you_${ownPart(recording)}`)} aria-expanded=${String(ownOpen.value || (asked && !putOff.value))} onClick=${press}>
    <i class="rec-dot" aria-hidden="true"></i><span>${t(`recording.mark_${mark}`)}</span>${also && html`${" "}<span class="rec-mark__you">${also}</span>`}
  </button>${leads(session) && html`<${MarkButton} />`}</div>`;
}
