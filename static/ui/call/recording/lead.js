/** Of those who lead: the questions only they can answer, markers, and their entries in the menu. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { oughtToAsk } from "../../../core/recording.js";
import { addShortcut } from "../shortcuts.js";
import { useCall } from "../context.js";
import { BystanderDialog } from "./bystander_dialog.js";
import { dialog, leadItems } from "./desk.js";
import { AskingCard, BleedCard, RequiredCard, UnrecordedCard } from "./lead_cards.js";
import { EmergencyDialog, StopDialog } from "./lead_dialogs.js";
import { menuOf } from "./lead_menu.js";
import { MarkerCard } from "./marker_card.js";
import { markHere, openMarker } from "./marks.js";

/** @typedef {import("../../../core/messages.js").Recording} Recording */

/** The key of a marker; the microphone has the first letter of the word. */
const MARK_KEY = "k";

function OpenDialog() {
  if (dialog.value === "stop") return html`<${StopDialog} />`;
  if (dialog.value === "emergency") return html`<${EmergencyDialog} />`;
  return dialog.value === "bystander" ? html`<${BystanderDialog} />` : null;
}

/** Whether to remind of a recording the policy wants: until it was asked for here, or put off. @param {Recording} recording @returns {[boolean, () => void]} */
function useReminder(recording) {
  const { session } = useCall();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (recording.id !== null) setDone(true);
  }, [recording.id]);
  return [!done && session.others.value.length > 0 && oughtToAsk(recording), () => setDone(true)];
}

/** The most pressing of what waits for an answer. @param {{recording: Recording}} props */
function Question({ recording }) {
  const [remind, putOff] = useReminder(recording);
  if (recording.bleed === "undecided") return html`<${BleedCard} recording=${recording} />`;
  if (recording.unrecorded_reason_wanted) return html`<${UnrecordedCard} />`;
  if (remind) return html`<${RequiredCard} onClose=${putOff} />`;
  return recording.state === "asking" ? html`<${AskingCard} key=${recording.id} recording=${recording} />` : null;
}

/** @param {{busy: boolean}} props `busy`: the person has a card of their own before them; one at a time, a phone has room for no more */
export function LeadLayer({ busy }) {
  const { session } = useCall();
  const recording = session.state.value?.recording;
  useEffect(() => {
    leadItems.value = () => menuOf(session);
    addShortcut(MARK_KEY, { key: "recording.key_mark", act: (parts) => markHere(parts.session) });
    return () => { leadItems.value = () => []; };
  }, []);
  if (!recording) return null;
  return html`${!busy && !openMarker.value && html`<${Question} recording=${recording} />`}<${MarkerCard} /><${OpenDialog} />`;
}
