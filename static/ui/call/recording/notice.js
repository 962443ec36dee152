/** Tells everybody that a recording began, rests or ended: a banner, a soft tone and its twin in the hand. A caller who must be silent gets words alone. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { newsOf, otherAnswer, otherWord, ownPart, phaseOf } from "../../../core/recording.js";
import { playSound } from "../../../core/sounds.js";
import { Button } from "../../components/button.js";
import { consent, leads } from "./desk.js";

/** @typedef {import("../../../core/messages.js").Recording} Recording */
/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */

/** Milliseconds a notice stays over the pictures. The mark stays as long as it is true. */
const STAY_MS = { on: 30_000, off: 12_000, paused: 12_000 };

/** @typedef {keyof typeof STAY_MS} News */

/** @param {CallSession} session @returns {[News | null, () => void]} what is to be told, and that it was read */
function useNews(session) {
  const phase = phaseOf(session.state.value?.recording);
  const before = useRef(/** @type {typeof phase} */ ("off"));
  const [news, setNews] = useState(/** @type {News | null} */ (null));
  useEffect(() => {
    const found = newsOf(before.current, phase);
    before.current = phase;
    if (!found) return undefined;
    setNews(found);
    playSound(found === "on" ? "recording_on" : "recording_off");
    const timer = setTimeout(() => setNews(null), STAY_MS[found]);
    return () => clearTimeout(timer);
  }, [phase]);
  return [news, () => setNews(null)];
}

/** @param {CallSession} session @param {Recording} recording @param {() => void} read */
function actions(session, recording, read) {
  const other = otherAnswer(recording);
  const give = () => {
    read();
    void consent(session, other);
  };
  return html`<${Button} label=${t(`recording.act_${otherWord(recording)}`)} onClick=${give} testid="notice-answer" /><${Button} kind="plain" label=${t("recording.understood")} onClick=${read} testid="notice-read" />`;
}

/** @param {CallSession} session @param {News | null} news @param {() => void} read @returns {import("../banners.js").Shown | null} */
export function bannerOf(session, news, read) {
  const recording = session.state.value?.recording;
  if (recording?.fault && leads(session)) return { kind: "warn", icon: "triangle-alert", id: "recording-fault", text: t(`recording.fault_${recording.fault}`), action: null };
  if (!news) return null;
  const own = recording && news === "on" ? t(`recording.you_${ownPart(recording)}`) : "";
  const first = t(news === "on" && recording?.basis === "emergency" ? "recording.title_emergency" : `recording.news_${news}`);
  return { kind: "rec", icon: news === "on" ? "circle-dot" : news === "paused" ? "pause" : "circle-check", id: `recording-${news}`, text: `${first} ${own}`.trim(), action: recording && news === "on" ? actions(session, recording, read) : null };
}

/** Keeps the stage's banner as it must be. @param {import("../context.js").CallParts} parts */
export function useNotice({ session, view }) {
  const [news, read] = useNews(session);
  const recording = session.state.value?.recording;
  useEffect(() => {
    view.recordingBanner.value = bannerOf(session, news, read);
  }, [news, recording, language()]);
  useEffect(() => () => { view.recordingBanner.value = null; }, []);
}
