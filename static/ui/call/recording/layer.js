/** Over the stage, everything of a recording that concerns the person: the question, the notice, one's own part; for those who lead theirs too. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { markOf, mustAnswer, otherAnswer, otherWord } from "../../../core/recording.js";
import { lazy } from "../../components/lazy.js";
import { useCall } from "../context.js";
import { clearDesk, consent, leadItems, leads, ownOpen, putOff, reasonWanted } from "./desk.js";
import { useNotice } from "./notice.js";
import { ConsentCard, EarlierCard, OwnCard } from "./own_cards.js";

/** @typedef {import("../context.js").CallParts} CallParts */
/** @typedef {import("../../components/menu.js").MenuItem} MenuItem */

const LeadLayer = lazy(async () => (await import("./lead.js")).LeadLayer);

/** What everybody finds in the menu while there is a recording. @param {CallParts} parts @returns {MenuItem[]} */
function ownItems({ session }) {
  const recording = session.state.value?.recording;
  if (!recording || !markOf(recording)) return [];
  if (mustAnswer(recording)) return [{ id: "recording-answer", label: t("recording.please_answer"), icon: "circle-dot", testid: "menu-recording-answer", onSelect: () => { putOff.value = false; } }];
  const other = otherAnswer(recording);
  const select = () => {
    if (other === "agree") ownOpen.value = true; // With the words of what it means.
    else void consent(session, other);
  };
  return [{ id: "recording-own", label: t(`recording.act_${otherWord(recording)}`), icon: other === "agree" ? "user-check" : "user-x", testid: `menu-recording-${other}`, onSelect: select }];
}

/** @param {CallParts} parts */
function useMenu(parts) {
  const { view } = parts;
  useEffect(() => {
    view.moreItems.value = () => [...leadItems.value(), ...ownItems(parts)];
    return () => {
      view.moreItems.value = () => [];
      clearDesk();
    };
  }, []);
}

/** Whether the question was shown before, so that a person who brings it back finds the focus there. @param {boolean} asked */
function useBroughtBack(asked) {
  const [before, setBefore] = useState(false);
  useEffect(() => {
    if (asked && putOff.value) setBefore(true);
    if (!asked) setBefore(false);
  }, [asked, putOff.value]);
  return before;
}

/** Says to screen readers that something is asked; the words themselves stand in the card. */
function Said() {
  const recording = useCall().session.state.value?.recording;
  const [words, setWords] = useState("");
  const asked = mustAnswer(recording);
  const earlier = recording?.you.earlier ?? false;
  useEffect(() => {
    setWords(earlier ? t("recording.earlier_title") : asked ? t(recording?.you.captured ? "recording.ask_text_already" : "recording.say_asked") : "");
  }, [asked, earlier]);
  return html`<p class="visually-hidden" role="status" aria-live="polite">${words}</p>`;
}

/** @param {import("../../../core/messages.js").Recording} recording @returns {"earlier" | "ask" | "own" | null} which card is for the person themselves */
function ownCard(recording) {
  if (recording.you.earlier && recording.id) return "earlier";
  if (reasonWanted(recording)) return null; // Somebody refused what was required: asking on is for who leads to decide.
  if (mustAnswer(recording)) return putOff.value ? null : "ask";
  return ownOpen.value ? "own" : null;
}

/** @param {{recording: import("../../../core/messages.js").Recording}} props */
function OwnLayer({ recording }) {
  const again = useBroughtBack(mustAnswer(recording));
  const card = ownCard(recording);
  if (card === "earlier") return html`<${EarlierCard} recording=${recording} />`;
  if (card === "ask") return html`<${ConsentCard} focus=${again} already=${recording.you.captured} />`;
  return card === "own" ? html`<${OwnCard} recording=${recording} />` : null;
}

export function RecordingLayer() {
  const parts = useCall();
  const recording = parts.session.state.value?.recording;
  useMenu(parts);
  useNotice(parts);
  return html`<div class="rec-layer">
    <${Said} />
    ${recording && html`<${OwnLayer} recording=${recording} />`}
    ${recording && leads(parts.session) && html`<${LeadLayer} busy=${ownCard(recording) !== null} />`}
  </div>`;
}
