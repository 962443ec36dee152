/** What everybody is asked and told about their own part: may I be recorded, am I, and what becomes of the part before I changed my mind. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { markOf, otherAnswer, otherWord, ownPart } from "../../../core/recording.js";
import { Button } from "../../components/button.js";
import { useCall } from "../context.js";
import { Card } from "./card.js";
import { ConsentWords } from "./consent_words.js";
import { act, consent, leads, ownOpen, putOff } from "./desk.js";

/** @typedef {import("../../../core/messages.js").Recording} Recording */
/** @typedef {"agree" | "refuse" | "withdraw"} Answer */

/** Runs one answer at a time and says which. */
function useAnswer() {
  const { session } = useCall();
  const [busy, setBusy] = useState(/** @type {Answer | null} */ (null));
  const give = async (/** @type {Answer} */ answer) => {
    if (busy) return;
    setBusy(answer);
    await consent(session, answer);
    setBusy(null);
  };
  return { busy, give };
}

/** May I be recorded? Both answers weigh the same; putting it off counts as no, until it is answered. In an emergency one is recorded until one says no. @param {{focus: boolean, already: boolean}} props */
export function ConsentCard({ focus, already }) {
  const { session } = useCall();
  const { busy, give } = useAnswer();
  const buttons = html`<${Button} label=${t("recording.agree")} busy=${busy === "agree"} onClick=${() => void give("agree")} testid="recording-agree" />
    <${Button} label=${t("recording.refuse")} busy=${busy === "refuse"} onClick=${() => void give("refuse")} testid="recording-refuse" />`;
  return html`<${Card} title=${t("recording.ask_title")} focus=${focus} testid="recording-ask" onClose=${() => { putOff.value = true; }} closeLabel=${t("recording.later")} actions=${buttons}>
    <p>${t(already ? "recording.ask_text_already" : "recording.ask_text")}</p><${ConsentWords} days=${session.state.value?.recording?.kept_days ?? 0} /></${Card}>`;
}

/** @param {Recording} recording @param {boolean} emergency */
function headline(recording, emergency) {
  const mark = markOf(recording);
  if (!mark) return t("recording.title_none");
  return t(emergency && (mark === "on" || mark === "pictures") ? "recording.title_emergency" : `recording.title_${mark}`);
}

/** One's own part, and the way to change it. Opened by the mark or the menu. @param {{recording: Recording}} props */
export function OwnCard({ recording }) {
  const { session, view } = useCall();
  const { busy, give } = useAnswer();
  const other = otherAnswer(recording);
  const close = () => { ownOpen.value = false; };
  const control = () => {
    close();
    view.show("people");
  };
  const buttons = html`<${Button} label=${t(`recording.act_${otherWord(recording)}`)} busy=${busy === other} onClick=${() => void give(other)} testid=${`recording-${other}`} />
    ${leads(session) && html`<${Button} label=${t("recording.controls")} onClick=${control} testid="recording-controls" />`}`;
  return html`<${Card} title=${headline(recording, recording.basis === "emergency")} focus=${true} testid="recording-own" onClose=${close} actions=${buttons}>
    <p><strong>${t(`recording.you_${ownPart(recording)}`)}</strong></p><${ConsentWords} days=${recording.kept_days} /></${Card}>`;
}

/** After withdrawing. Neither choice is laid into one's hand. @param {{recording: Recording}} props */
export function EarlierCard({ recording }) {
  const { session } = useCall();
  const [busy, setBusy] = useState(/** @type {string | null} */ (null));
  const choose = async (/** @type {"keep" | "destroy"} */ choice) => {
    if (busy) return;
    setBusy(choice);
    await act(session, "earlier", { choice, recording_id: recording.id });
    setBusy(null);
  };
  const buttons = html`<${Button} label=${t("recording.earlier_keep")} busy=${busy === "keep"} onClick=${() => void choose("keep")} testid="earlier-keep" />
    <${Button} label=${t("recording.earlier_destroy")} busy=${busy === "destroy"} onClick=${() => void choose("destroy")} testid="earlier-destroy" />`;
  return html`<${Card} title=${t("recording.earlier_title")} testid="recording-earlier" actions=${buttons}><p>${t("recording.earlier_text")}</p></${Card}>`;
}
