/** The clinic wrote: told at the top of the page, because the messages may be far below on a phone. */
import { html, useEffect, useRef, useState } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { playSound } from "../../../../core/sounds.js";
import { Banner } from "../../../components/banner.js";
import { Button } from "../../../components/button.js";

/** @typedef {import("../../../../core/messages.js").CallState} CallState */

/** @param {CallState | null} call @returns {import("../../../../core/messages.js").ChatMessage | null} the clinic's last word, unless the person has answered it */
function unanswered(call) {
  const last = call?.chat[call.chat.length - 1];
  return last && last.participant_id !== call?.you.participant_id ? last : null;
}

function toMessages() {
  const field = document.querySelector("[data-testid=waiting-talk] textarea");
  if (!(field instanceof HTMLElement)) return;
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

/** @param {{call: CallState | null}} props */
export function MessageNotice({ call }) {
  const message = unanswered(call);
  const [read, setRead] = useState("");
  const heard = useRef(/** @type {string | null} */ (null));
  useEffect(() => {
    if (!call) return;
    // What was there when the page came is shown, but it makes no tone.
    if (heard.current !== null && message && message.id !== heard.current) playSound("message");
    heard.current = message?.id ?? "";
  }, [call === null, message?.id]);
  if (!message || message.id === read) return null;
  const answer = () => {
    setRead(message.id);
    toMessages();
  };
  return html`<${Banner} kind="info" icon="message-square" testid="line-message" action=${html`<${Button} label=${t("line.answer")} onClick=${answer} testid="line-answer" />`}>
    <strong>${message.name}:</strong> <span dir="auto" class="line__said">${message.body}</span></${Banner}>`;
}
