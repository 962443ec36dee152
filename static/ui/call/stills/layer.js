/** Over the stage, everything about pictures: what one is asked for, what is on its way, and the strip of those that came. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { ask } from "../person_actions.js";
import { Card } from "../recording/card.js";
import { useCall } from "../context.js";
import { wanted } from "../stills_parts.js";
import { leave, resume, sending, taking } from "./desk.js";
import { SendingCard } from "./sending_card.js";
import { Strip } from "./strip.js";
import { TakeDialog } from "./take_dialog.js";

/** @typedef {import("../../../core/messages.js").Still} Still */

/** @param {{still: Still}} props somebody asks for one */
function AskCard({ still }) {
  const { session } = useCall();
  const no = () => void ask(session, "still_decline", { still_id: still.id });
  const acts = html`<${Button} kind="primary" icon="camera" label=${t("still.take")} onClick=${() => { taking.value = { stillId: still.id }; }} testid="still-take" />
    <${Button} label=${t("still.not_now")} onClick=${no} testid="still-decline" />`;
  return html`<${Card} title=${t("still.asked_title", { name: still.asked_by ?? "" })} actions=${acts} testid="still-asked"><p>${t("still.asked_text")}</p></${Card}>`;
}

/** @param {{still: Still}} props begun by a page that is gone, and nothing is left of it here */
function LostCard({ still }) {
  const { session } = useCall();
  const drop = () => void ask(session, "still_cancel", { still_id: still.id });
  const acts = html`<${Button} kind="primary" label=${t("still.lost_act")} onClick=${drop} testid="still-drop" />`;
  return html`<${Card} title=${t("still.lost_title")} actions=${acts} testid="still-lost"><p>${t("still.lost_text")}</p></${Card}>`;
}

/** Goes on with what a page before was sending; whether nothing is left of it. @param {Still | undefined} still */
function useResumed(still) {
  const { session } = useCall();
  const [lost, setLost] = useState("");
  const mine = sending.value?.upload.stillId;
  useEffect(() => {
    if (!still || mine === still.id || sending.value) return;
    void resume(session, still.id).then((found) => !found && setLost(still.id));
  }, [still?.id, mine]);
  return still !== undefined && lost === still.id && mine !== still.id;
}

/** Says what came to those who do not see it. @param {readonly Still[]} stills @param {string} me */
function useSaid(stills, me) {
  const [words, setWords] = useState("");
  const before = useRef(/** @type {Map<string, string> | null} */ (null));
  useEffect(() => {
    const known = before.current;
    const news = known && stills.find((one) => known.get(one.id) !== one.state);
    before.current = new Map(stills.map((one) => [one.id, one.state]));
    if (!news) return;
    if (news.state === "asked" && news.participant_id === me) setWords(t("still.asked_title", { name: news.asked_by ?? "" }));
    else if (news.state === "kept") setWords(t("still.said_kept", { number: news.number }));
    else if (news.state === "declined" && news.participant_id !== me) setWords(t("still.declined"));
  }, [stills]);
  return words;
}

export function StillLayer() {
  const { session } = useCall();
  const me = session.me.value?.id ?? "";
  const stills = session.state.value?.stills ?? [];
  const own = stills.filter((one) => one.participant_id === me);
  const asked = own.find((one) => one.state === "asked");
  const lost = useResumed(own.find((one) => one.state === "sending"));
  const unfinished = own.find((one) => one.state === "sending");
  const words = useSaid(stills, me);
  useEffect(() => leave, []);
  useEffect(() => {
    if (!wanted.value) return;
    wanted.value = false;
    taking.value = { stillId: null };
  }, [wanted.value]);
  return html`<div class="still-layer">
    <p class="visually-hidden" role="status" aria-live="polite">${words}</p>
    ${asked && !taking.value && !sending.value && html`<${AskCard} still=${asked} />`}
    ${sending.value && html`<${SendingCard} />`}
    ${lost && unfinished && !sending.value && html`<${LostCard} still=${unfinished} />`}
    ${taking.value && html`<${TakeDialog} stillId=${taking.value.stillId} />`}
    <${Strip} stills=${stills.filter((one) => one.participant_id !== me || one.state === "kept")} />
  </div>`;
}
