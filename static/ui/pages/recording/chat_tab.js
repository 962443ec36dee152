/** The chat, scrolling along with the pictures, and searched; what is found is marked on the timeline. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { Field } from "../../components/field.js";
import { Moment } from "./markers_tab.js";
import { useReview } from "./review.js";

/** @param {import("./review.js").Review} review */
export function focusChatSearch(review) {
  const field = /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="chat-search"]'));
  if (!field) return;
  field.focus();
  review.searchWanted.value = false;
}

/** Keeps the present line in sight without moving the page. @param {number} current @param {boolean} follows */
function useScrolling(current, follows) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const line = list.current?.children[current];
    if (!follows || !list.current || !(line instanceof HTMLElement)) return;
    list.current.scrollTop = line.offsetTop - list.current.clientHeight / 2 + line.clientHeight / 2;
  }, [current, follows]);
  return list;
}

/** @param {{found: number[], onJump: (index: number) => void}} props */
function Hits({ found, onJump }) {
  const [at, setAt] = useState(0);
  useEffect(() => setAt(0), [found.join()]);
  const go = (/** @type {number} */ by) => {
    const next = (at + by + found.length) % found.length;
    setAt(next);
    onJump(found[next] ?? 0);
  };
  return html`<div class="notes-head"><span role="status">${t("review.hits", { count: found.length })}</span>
    ${found.length > 0 && html`<${Button} kind="icon" icon="chevron-up" label=${t("review.previous_hit")} onClick=${() => go(-1)} testid="previous-hit" />
      <${Button} kind="icon" icon="chevron-down" label=${t("review.next_hit")} onClick=${() => go(1)} testid="next-hit" />`}</div>`;
}

/** @param {{current: number, hits: Set<number>}} props */
function Lines({ current, hits }) {
  const review = useReview();
  const list = useScrolling(current, review.player.clock.playing.value || hits.size > 0);
  return html`<ol class="notes notes--chat" ref=${list} tabindex="0" aria-label=${t("review.tab_chat")}>${review.timeline.value.chat.map((line, index) => html`<li key=${index} class=${`note${index === current ? " note--now" : ""}${hits.has(index) ? " note--hit" : ""}${index > current ? " note--later" : ""}`} aria-current=${index === current ? "true" : undefined} data-testid="chat-line">
      <button type="button" class="note__jump" onClick=${() => review.jump(line.at_ms)}><${Moment} at=${line.at_ms} /><strong>${line.name}</strong></button>
      <p class="note__text">${hits.has(index) ? html`<mark>${line.body}</mark>` : line.body}</p></li>`)}</ol>`;
}

export function ChatTab() {
  const review = useReview();
  const { chat, reads_chat: reads = true } = review.timeline.value;
  const current = review.chatLine.value;
  const hits = review.hits.value;
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !hits.length) return;
    event.preventDefault();
    review.jump(chat[hits[0] ?? 0]?.at_ms ?? 0);
  };
  useEffect(() => {
    if (review.searchWanted.value) focusChatSearch(review);
  }, [chat.length]);
  if (!reads) return html`<${EmptyState} icon="lock" level=${2} title=${t("review.chat_closed")} testid="chat-closed">${t("review.chat_closed_more")}</${EmptyState}>`;
  if (!chat.length) return html`<${EmptyState} icon="message-square" level=${2} title=${t("review.no_chat")} testid="no-chat">${t("review.no_chat_more")}</${EmptyState}>`;
  return html`<div class="review-side__form"><${Field} label=${t("review.search_chat")} type="search" value=${review.chatQuery.value} onInput=${(/** @type {string} */ text) => { review.chatQuery.value = text; }} maxlength=${120} autocomplete="off" testid="chat-search" attributes=${{ onKeyDown }} /></div>
    ${review.chatQuery.value.trim() && html`<${Hits} found=${hits} onJump=${(/** @type {number} */ index) => review.jump(chat[index]?.at_ms ?? 0)} />`}
    <${Lines} current=${current} hits=${new Set(hits)} />`;
}
