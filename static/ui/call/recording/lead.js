/** Of those who lead: the questions only they can answer, markers, and their entries in the menu. */
import { html, useEffect } from "../../../vendor/preact.js";
import { addShortcut } from "../shortcuts.js";
import { useCall } from "../context.js";
import { BystanderDialog } from "./bystander_dialog.js";
import { dialog, leadItems, reasonWanted } from "./desk.js";
import { AskingCard, BleedCard, UnrecordedCard } from "./lead_cards.js";
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

/** The most pressing of what waits for an answer. @param {{recording: Recording}} props */
function Question({ recording }) {
  if (reasonWanted(recording)) return html`<${UnrecordedCard} />`; // Nothing is being recorded then: first whether to go on asking.
  if (recording.bleed === "undecided") return html`<${BleedCard} recording=${recording} />`;
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
