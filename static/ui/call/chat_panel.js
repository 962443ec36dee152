/** The chat of this call. What one writes stands there at once; what did not get through says so and can be sent again. */
import { html, useEffect, useLayoutEffect, useRef } from "../../vendor/preact.js";
import { clockTime, t } from "../../core/i18n.js";
import { MAX_MESSAGE } from "../../core/outbox.js";
import { Button } from "../components/button.js";
import { EmptyState } from "../components/empty_state.js";
import { Icon } from "../components/icon.js";
import { Select } from "../components/select.js";
import { Switch } from "../components/switch.js";
import { MAX_LINE } from "../../core/live_text/edits.js";
import { LiveLines } from "../text/live_lines.js";
import { callersApart } from "./callers_apart.js";
import { useCall } from "./context.js";
import { personName } from "./words.js";

/** @typedef {import("../../core/outbox.js").ShownMessage} ShownMessage */

/** Web addresses in a message become links; nothing else is read into it. */
const ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** @param {string} body */
function withLinks(body) {
  return body.split(ADDRESS).map((part, index) => (index % 2 ? html`<a href=${part} target="_blank" rel="noopener noreferrer">${part}</a>` : part));
}

/** Whom alone a message is for. @param {{message: ShownMessage}} props */
function OnlyFor({ message }) {
  const { session } = useCall();
  if (message.to === null) return null;
  const person = session.as === "staff" ? session.state.value?.participants.find((one) => one.id === message.to) : null;
  return html`<p class="message__state" data-testid="only-for"><${Icon} name="lock" size=${14} />${person ? t("text.only_staff_and", { name: personName(person) }) : t("text.only_team")}</p>`;
}

/** @param {{message: ShownMessage, follows: boolean}} props `follows` the same person's last message: no name again */
function Message({ message, follows }) {
  const { session } = useCall();
  const { chat } = session;
  const classes = ["message", message.mine && "message--mine", follows && "message--follows", `message--${message.status}`].filter(Boolean).join(" ");
  return html`<li class=${classes} data-testid="chat-message" data-status=${message.status} data-mine=${String(message.mine)}>
    ${!follows && html`<p class="message__who"><span class="message__name">${message.mine ? t("call.you") : message.name}</span> <time dateTime=${message.at}>${clockTime(message.at)}</time></p>`}
    <p class="message__body" dir="auto">${withLinks(message.body)}</p>
    <${OnlyFor} message=${message} />
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

/** Staff choose whom they write to while somebody waits, and which of several callers. */
function Addressee() {
  const { session } = useCall();
  const { to } = session.chat;
  const waiting = session.can("admit") ? session.waiting.value : [];
  const callers = session.as === "staff" ? callersApart(session.state.value?.incident) : [];
  const alone = waiting.length > 0 && !session.others.value.length; // Then there is nobody else to write to.
  const people = [...waiting.map((one) => ({ value: one.id, label: t("text.to_waiting", { name: personName(one) }) })), ...callers];
  const gone = (to.value !== null || alone) && !people.some((one) => one.value === to.value);
  const usual = alone ? (waiting[0]?.id ?? null) : null;
  useEffect(() => {
    if (gone) to.value = usual; // Let in meanwhile: they read what everybody reads.
  }, [gone, usual]);
  if (!people.length) return null;
  const options = [...(alone ? [] : [{ value: "", label: t("text.to_everybody") }]), ...people];
  const hint = callers.length ? t(session.state.value?.incident?.silent ? "text.voice_to_callers_but_silent" : "text.voice_to_all_callers") : undefined;
  return html`<div class="chat__to"><${Select} label=${t("text.to")} hint=${hint} value=${to.value ?? ""} options=${options} onChange=${(/** @type {string} */ id) => { to.value = id || null; }} testid="chat-to" /></div>`;
}

/** Whether others see each letter. Switched on it says so as long as it is. */
function LiveSwitch() {
  const { session } = useCall();
  const on = session.text.value?.on.value ?? false;
  const reader = [...session.others.value, ...session.waiting.value].find((one) => one.needs?.includes("cannot_hear") && one.id !== session.me.value?.id);
  const hint = on ? t("text.live_on") : reader && t("text.live_helps", { name: personName(reader) });
  const choose = async (/** @type {boolean} */ wanted) => {
    const text = await session.openText(false).catch(() => null);
    text?.choose(wanted);
  };
  return html`<div class="chat__live"><${Switch} label=${t("text.live")} hint=${hint} checked=${on} onChange=${(/** @type {boolean} */ wanted) => void choose(wanted)} testid="live-text" /></div>`;
}

/** @param {{focus: boolean}} props */
function Writer({ focus }) {
  const { session } = useCall();
  const { draft } = session.chat;
  const live = session.text.value?.on.value ?? false;
  const input = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => {
    if (focus) input.current?.focus();
  }, []);
  const send = () => {
    session.chat.send(draft.value);
    draft.value = "";
    input.current?.focus();
  };
  const onInput = (/** @type {Event} */ event) => {
    draft.value = /** @type {HTMLTextAreaElement} */ (event.currentTarget).value;
    if (!live) session.chat.writing();
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
  const label = live ? t("text.message_live") : t("call.message");
  return html`<${Addressee} /><form class="chat__write" onSubmit=${onSubmit}>
    <textarea class="field__input chat__input" ref=${input} rows="1" maxlength=${live ? MAX_LINE : MAX_MESSAGE} value=${draft.value} aria-label=${label} placeholder=${label} data-testid="chat-input" onInput=${onInput} onKeyDown=${onKeyDown}></textarea>
    <${Button} kind="primary" type="submit" icon="send" label=${t("call.send")} disabled=${!draft.value.trim()} testid="chat-send" class="chat__send" />
  </form><${LiveSwitch} />`;
}

/** @param {{focus?: boolean}} props `focus`: the field takes it when it is shown */
export function ChatPanel({ focus = true }) {
  const { session } = useCall();
  const messages = session.chat.messages.value;
  const { list, onScroll } = useFollowEnd(messages.length);
  const hasMore = session.waiting.value.length > 0 || (session.text.value?.lines.value.length ?? 0) > 0; // The room is needed.
  return html`<div class="chat">
    ${messages.length === 0 && html`<div class="chat__empty">${!hasMore && html`<${EmptyState} icon="message-square" title=${t("call.no_messages")} level=${2}>${t("call.no_messages_more")}</${EmptyState}>`}</div>`}
    <div class="chat__scroll" ref=${list} onScroll=${onScroll} role="log" aria-label=${t("call.chat")} tabindex="0" hidden=${messages.length === 0}>
      <ol class="chat__list">${messages.map((message, index) => html`<${Message} key=${message.id} message=${message} follows=${messages[index - 1]?.participantId === message.participantId && message.status !== "failed"} />`)}</ol>
    </div>
    <${LiveLines} />
    <${Typing} />
    <${Writer} focus=${focus} />
  </div>`;
}
