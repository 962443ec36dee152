/** An instruction card: large picture, few words, for chest compressions the beat. It stays whatever becomes of picture and network. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { audioContext } from "../../../core/audio_level.js";
import { language, t } from "../../../core/i18n.js";
import { startMetronome } from "../../../core/incident/metronome.js";
import { Pictogram } from "../../guidance/pictogram.js";
import { Button } from "../../components/button.js";
import { useShown } from "./asks.js";

/** @typedef {import("./caller.js").Caller} Caller */
/** @typedef {import("../../../core/messages.js").GuidanceCard} GuidanceCard */

/** So many compressions, then two breaths: counted in rounds of thirty. */
const ROUND = 30;

/** @param {Caller} caller @param {GuidanceCard} card @returns {{words: string, tag: string}} in the language of the page, else the incident's, else the first there is */
function cardWords(caller, card) {
  const tags = [language(), caller.language.value, ...Object.keys(card.words)];
  const tag = tags.find((one) => card.words[one]) ?? "";
  return { words: card.words[tag] ?? "", tag };
}

/** Seen always, heard unless silence is wanted. @param {{audible: boolean}} props */
function Metronome({ audible }) {
  const [beat, setBeat] = useState(1);
  const [on, setOn] = useState(true);
  useEffect(() => startMetronome({ context: audible && on ? audioContext() : null, onBeat: setBeat }), [audible, on]);
  return html`<div class="metronome" data-testid="metronome" data-audible=${String(audible && on)}>
    <span class=${beat % 2 ? "metronome__dot metronome__dot--odd" : "metronome__dot metronome__dot--even"} aria-hidden="true">${((beat - 1) % ROUND) + 1}</span>
    ${audible && html`<${Button} icon=${on ? "volume-2" : "volume-x"} large=${true} label=${t(on ? "caller.beat_mute" : "caller.beat_unmute")} onClick=${() => setOn(!on)} testid="beat-sound" />`}
  </div>`;
}

/** @param {{caller: Caller, instruction: import("../../../core/messages.js").Instruction, card: GuidanceCard}} props */
function Card({ caller, instruction, card }) {
  const { words, tag } = cardWords(caller, card);
  useShown(caller, instruction.id, words, tag);
  const silent = caller.silent.value;
  return html`<section class="guide-card" role="alert" data-testid="caller-card" data-card=${card.id}>
    <${Pictogram} name=${card.pictogram} />
    <p class="guide-card__words" lang=${tag} dir="auto">${words}</p>
    ${card.metronome && html`<${Metronome} audible=${!silent} />`}
    <p class="guide-card__note">${t("caller.card_notice")}</p>
  </section>`;
}

/** @param {{caller: Caller}} props the card that holds now, if any */
export function CurrentCard({ caller }) {
  const cards = caller.instructions.value.filter((one) => one.kind === "card" && one.card);
  const instruction = cards[cards.length - 1];
  if (!instruction?.card) return null;
  return html`<${Card} key=${instruction.id} caller=${caller} instruction=${instruction} card=${instruction.card} />`;
}
