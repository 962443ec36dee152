/** Silent mode: dark, no sound, no vibration, no voice. Text with quick phrases in the caller's own language, and a way out in one tap. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { RecordingBeside } from "../../call/recording_beside.js";
import { Button } from "../../components/button.js";
import { Select } from "../../components/select.js";
import { setTitle } from "../../page.js";
import { Asks } from "./asks.js";
import { CurrentCard } from "./card.js";
import { Messages } from "./messages.js";
import { Pictures } from "./pictures.js";
import { Shown } from "./shown.js";

/** @typedef {import("./caller.js").Caller} Caller */
/** @typedef {{languages: {tag: string, name: string}[], phrases: {id: string, words: Record<string, string>}[]}} Phrases */

/** What staff surely read; other languages are sent with it. */
const STAFF_LANGUAGE = "en";
/** A phrase is sent once in this time (milliseconds), however often a shaking hand taps it. */
const ONCE_MS = 1_500;

/** @returns {Phrases | null} null while they are being loaded, or when they cannot be: one can write all the same */
function usePhrases() {
  const [phrases, setPhrases] = useState(/** @type {Phrases | null} */ (null));
  useEffect(() => {
    fetch("/static/content/phrases.json").then((answer) => answer.json()).then(setPhrases, () => {});
  }, []);
  return phrases;
}

/** @param {Phrases} phrases @param {Caller} caller @returns {string} what was chosen, else the first of the browser's languages that we have */
function phraseTag(phrases, caller) {
  const wanted = [caller.phraseLanguage.value, ...navigator.languages.map((tag) => tag.split("-")[0] ?? ""), caller.language.value, language()];
  return wanted.find((tag) => phrases.languages.some((one) => one.tag === tag)) ?? STAFF_LANGUAGE;
}

/** @param {{caller: Caller}} props */
function QuickPhrases({ caller }) {
  const phrases = usePhrases();
  const [last, setLast] = useState({ id: "", at: 0 });
  if (!phrases) return null;
  const tag = phraseTag(phrases, caller);
  const send = (/** @type {{id: string, words: Record<string, string>}} */ phrase) => {
    if (phrase.id === last.id && Date.now() - last.at < ONCE_MS) return;
    setLast({ id: phrase.id, at: Date.now() });
    const words = [...new Set([phrase.words[tag], phrase.words[STAFF_LANGUAGE]])].filter(Boolean);
    caller.session.value?.chat.send(words.join(" · "));
  };
  return html`<${Select} label=${t("caller.phrase_language")} hideLabel=${true} value=${tag} options=${phrases.languages.map((one) => ({ value: one.tag, label: one.name }))} onChange=${(/** @type {string} */ chosen) => caller.speak(chosen)} testid="phrase-language" />
    <ul class="phrases" lang=${tag} dir=${tag === "ar" ? "rtl" : "ltr"} aria-label=${t("caller.phrases")}>
      ${phrases.phrases.map((phrase) => html`<li key=${phrase.id}><${Button} label=${phrase.words[tag] ?? ""} onClick=${() => send(phrase)} testid=${`phrase-${phrase.id}`} /></li>`)}
    </ul>`;
}

/** @param {{caller: Caller}} props */
function Line({ caller }) {
  const connected = caller.connection.value === "online";
  const known = caller.located.value;
  const key = connected ? (known ? "caller.silent_known" : "caller.silent_unknown") : "caller.silent_offline";
  return html`<p class="silent__status" role="status" data-testid="caller-status">${t(key)}</p>`;
}

/** @param {{caller: Caller}} props */
export function Silent({ caller }) {
  useEffect(() => setTitle(""), []);
  return html`<div class="silent" data-theme="dark" data-testid="caller-silent-view">
    <h1 class="visually-hidden">${t("caller.silent_title")}</h1>
    <div class="silent__head"><${Line} caller=${caller} /><${Button} kind="danger" large=${true} icon="x" label=${t("caller.leave_quickly")} onClick=${() => void caller.leaveQuickly()} testid="leave-quickly" /></div>
    <${RecordingBeside} session=${caller.session.value} />
    <${Shown} caller=${caller} /><${Asks} caller=${caller} /><${CurrentCard} caller=${caller} />
    <${Messages} caller=${caller} />
    <${Pictures} caller=${caller} />
    <${QuickPhrases} caller=${caller} />
    <div class="silent__foot">
      <span class="silent__code" aria-label=${t("caller.code")}>${caller.code.value}</span>
      <${Button} label=${t("caller.silent_off")} onClick=${() => caller.goSilent(false)} testid="silent-off" />
    </div>
  </div>`;
}
