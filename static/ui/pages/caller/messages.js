/** What is written between caller and staff: the newest lines large, and a field to write. */
import { html, useLayoutEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { MAX_MESSAGE } from "../../../core/outbox.js";
import { Button } from "../../components/button.js";

/** @typedef {import("./caller.js").Caller} Caller */

/** Lines kept on the page; what was said before is said. */
const SHOWN = 30;

/** @param {{message: import("../../../core/outbox.js").ShownMessage, onAgain: () => void}} props */
function Line({ message, onAgain }) {
  return html`<li class=${message.mine ? "line line--mine" : "line"} data-testid="caller-line" data-mine=${String(message.mine)} data-status=${message.status}>
    <span class="visually-hidden">${message.mine ? t("call.you") : message.name}: </span><span class="line__body" dir="auto">${message.body}</span>
    ${message.status === "sending" && html`<span class="line__state">${t("call.sending")}</span>`}
    ${message.status === "failed" && html`<span class="line__state" role="alert">${t("caller.not_sent")} <${Button} label=${t("call.send_again")} onClick=${onAgain} /></span>`}
  </li>`;
}

/** @param {{caller: Caller, send: (text: string) => void}} props */
function Writer({ caller, send }) {
  const [text, setText] = useState("");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.trim()) return;
    send(text);
    setText("");
  };
  return html`<form class="lines__write" onSubmit=${submit}>
    <input class="field__input" type="text" maxlength=${MAX_MESSAGE} value=${text} aria-label=${t("caller.write")} placeholder=${t("caller.write")} autocomplete="off" enterkeyhint="send"
      onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.currentTarget).value)} data-testid="caller-write" />
    <${Button} kind=${caller.silent.value ? "primary" : "quiet"} type="submit" icon="send" label=${t("call.send")} disabled=${!text.trim()} testid="caller-send" />
  </form>`;
}

/** @param {{caller: Caller}} props */
export function Messages({ caller }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const chat = caller.session.value?.chat;
  const messages = chat?.messages.value.slice(-SHOWN) ?? [];
  useLayoutEffect(() => { if (list.current) list.current.scrollTop = list.current.scrollHeight; }, [messages.length]);
  if (!chat) return null;
  return html`<div class="lines">
    <div class="lines__scroll" ref=${list} role="log" aria-label=${t("call.chat")} tabindex=${messages.length ? 0 : undefined} hidden=${!messages.length}>
      <ol class="lines__list">${messages.map((message) => html`<${Line} key=${message.id} message=${message} onAgain=${() => chat.retry(message.id)} />`)}</ol>
    </div>
    <${Writer} caller=${caller} send=${(/** @type {string} */ text) => chat.send(text)} />
  </div>`;
}
