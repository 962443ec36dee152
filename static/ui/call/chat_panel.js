/** The chat of this call. What one writes stands there at once; what did not get through says so and can be sent again. */
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { clockTime, t } from "../../core/i18n.js";
import { MAX_MESSAGE } from "../../core/outbox.js";
import { Button } from "../components/button.js";
import { EmptyState } from "../components/empty_state.js";
import { Icon } from "../components/icon.js";
import { useCall } from "./context.js";
import { personName } from "./words.js";

/** @typedef {import("../../core/outbox.js").ShownMessage} ShownMessage */

/** Web addresses in a message become links; nothing else is read into it. */
const ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** @param {string} body */
function withLinks(body) {
  return body.split(ADDRESS).map((part, index) => (index % 2 ? html`<a href=${part} target="_blank" rel="noopener noreferrer">${part}</a>` : part));
}

/** @param {{message: ShownMessage, follows: boolean}} props `follows` the same person's last message: no name again */
function Message({ message, follows }) {
  const { session } = useCall();
  const { chat } = session;
  const classes = ["message", message.mine && "message--mine", follows && "message--follows", `message--${message.status}`].filter(Boolean).join(" ");
  return html`<li class=${classes} data-testid="chat-message" data-status=${message.status} data-mine=${String(message.mine)}>
    ${!follows && html`<p class="message__who"><span class="message__name">${message.mine ? t("call.you") : message.name}</span> <time dateTime=${message.at}>${clockTime(message.at)}</time></p>`}
    <p class="message__body" dir="auto">${withLinks(message.body)}</p>
    ${message.status === "sending" && html`<p class="message__state">${t("call.sending")}</p>`}
    ${message.status === "failed" && html`<p class="message__state message__state--failed" role="alert"><${Icon} name="circle-alert" size=${16} />${t("call.not_sent")}
      <${Button} kind="plain" label=${t("call.send_again")} onClick=${() => chat.retry(message.id)} /><${Button} kind="plain" label=${t("call.discard")} onClick=${() => chat.discard(message.id)} /></p>`}
  </li>`;
}

function Typing() {
  const { session } = useCall();
  const writers = session.chat.typing.value;
  const names = (session.state.value?.participants ?? []).filter((one) => writers.includes(one.id)).map(personName);
  return html`<p class="chat__typing" aria-live="off">${names.length ? t("call.typing", { names: names.join(", "), count: names.length }) : ""}</p>`;
}

/** Stays at the end while one is there; does not pull one down who reads further up. @param {number} count */
function useFollowEnd(count) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (list.current && atEnd.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);
  const onScroll = () => {
    const element = list.current;
    if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 48;
  };
  return { list, onScroll };
}

function Writer() {
  const { session } = useCall();
  const [text, setText] = useState("");
  const input = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => input.current?.focus(), []);
  const send = () => {
    session.chat.send(text);
    setText("");
    input.current?.focus();
  };
  const onInput = (/** @type {Event} */ event) => {
    setText(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value);
    session.chat.writing();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  };
  return html`<form class="chat__write" onSubmit=${onSubmit}>
    <textarea class="field__input chat__input" ref=${input} rows="1" maxlength=${MAX_MESSAGE} value=${text} aria-label=${t("call.message")} placeholder=${t("call.message")} data-testid="chat-input" onInput=${onInput} onKeyDown=${onKeyDown}></textarea>
    <${Button} kind="primary" type="submit" icon="send" label=${t("call.send")} disabled=${!text.trim()} testid="chat-send" class="chat__send" />
  </form>`;
}

export function ChatPanel() {
  const { session } = useCall();
  const messages = session.chat.messages.value;
  const { list, onScroll } = useFollowEnd(messages.length);
  return html`<div class="chat">
    ${messages.length === 0 && html`<${EmptyState} icon="message-square" title=${t("call.no_messages")} level=${2}>${t("call.no_messages_more")}</${EmptyState}>`}
    <div class="chat__scroll" ref=${list} onScroll=${onScroll} role="log" aria-label=${t("call.chat")} tabindex="0" hidden=${messages.length === 0}>
      <ol class="chat__list">${messages.map((message, index) => html`<${Message} key=${message.id} message=${message} follows=${messages[index - 1]?.participantId === message.participantId && message.status !== "failed"} />`)}</ol>
    </div>
    <${Typing} />
    <${Writer} />
  </div>`;
}
