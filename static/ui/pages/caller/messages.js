/** What is written between caller and staff: the newest lines large, and a field to write. */
import { html, useLayoutEffect, useRef } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { MAX_MESSAGE } from "../../../core/outbox.js";
import { CallContext } from "../../call/context.js";
import { Button } from "../../components/button.js";
import { lazy } from "../../components/lazy.js";

/** @typedef {import("./caller.js").Caller} Caller */

/** Lines kept on the page; what was said before is said. */
const SHOWN = 30;
/** Characters of a message that is read as it is written. */
const MAX_LIVE = 2_000;
/** Loaded when somebody writes so. */
const LiveLines = lazy(async () => (await import("../../text/live_lines.js")).LiveLines);

/** @param {{message: import("../../../core/outbox.js").ShownMessage, onAgain: () => void}} props */
function Line({ message, onAgain }) {
  return html`<li class=${message.mine ? "line line--mine" : "line"} data-testid="caller-line" data-mine=${String(message.mine)} data-status=${message.status}>
    <span class="visually-hidden">${message.mine ? t("call.you") : message.name}: </span><span class="line__body" dir="auto">${message.body}</span>
    ${message.status === "sending" && html`<span class="line__state">${t("call.sending")}</span>`}
    ${message.status === "failed" && html`<span class="line__state" role="alert">${t("caller.not_sent")} <${Button} label=${t("call.send_again")} onClick=${onAgain} /></span>`}
  </li>`;
}

/** @param {{caller: Caller, session: import("../../../core/call_session.js").CallSession}} props */
function Writer({ caller, session }) {
  const { draft } = session.chat;
  const live = session.text.value?.on.value ?? false;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!draft.value.trim()) return;
    session.chat.send(draft.value);
    draft.value = "";
  };
  const label = t(live ? "text.message_live" : "caller.write");
  return html`<form class="lines__write" onSubmit=${submit}>
    <input class="field__input" type="text" maxlength=${live ? MAX_LIVE : MAX_MESSAGE} value=${draft.value} aria-label=${label} placeholder=${label} autocomplete="off" enterkeyhint="send"
      onInput=${(/** @type {Event} */ event) => { draft.value = /** @type {HTMLInputElement} */ (event.currentTarget).value; }} data-testid="caller-write" />
    <${Button} kind=${caller.silent.value ? "primary" : "quiet"} type="submit" icon="send" label=${t("call.send")} disabled=${!draft.value.trim()} testid="caller-send" />
  </form>`;
}

/** @param {{caller: Caller}} props */
export function Messages({ caller }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const session = caller.session.value;
  const chat = session?.chat;
  const messages = chat?.messages.value.slice(-SHOWN) ?? [];
  const writing = (session?.text.value?.lines.value.length ?? 0) > 0;
  useLayoutEffect(() => { if (list.current) list.current.scrollTop = list.current.scrollHeight; }, [messages.length]);
  if (!chat) return null;
  return html`<div class="lines">
    <div class="lines__scroll" ref=${list} role="log" aria-label=${t("call.chat")} tabindex=${messages.length ? 0 : undefined} hidden=${!messages.length}>
      <ol class="lines__list">${messages.map((message) => html`<${Line} key=${message.id} message=${message} onAgain=${() => chat.retry(message.id)} />`)}</ol>
    </div>
    ${writing && html`<${CallContext.Provider} value=${/** @type {any} */ ({ session, view: null, onEnd: () => {} })}><${LiveLines} /></${CallContext.Provider}>`}
    <${Writer} caller=${caller} session=${session} />
  </div>`;
}
