/** Over every page of staff: the dialog of a page for somebody on call, of a handover that is offered, and what became of one's own. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { NetworkError, api, newCommandId } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { useElementId } from "../components/element_id.js";
import { useModal } from "../components/modal.js";
import { toast } from "../components/toast.js";
import { useLanguage } from "../page.js";
import { problemCode, problemWords } from "../problem_words.js";
import { useOnline } from "../use_online.js";
import { Countdown } from "./countdown.js";
import { handovers, pages } from "./duty_store.js";
import { useRinging } from "./ringing.js";

/** @typedef {import("./duty_store.js").OwnPage} OwnPage */
/** @typedef {import("./duty_store.js").OwnHandover} OwnHandover */

/** Codes that say how it ended while one pressed. */
const ENDED = new Set(["page_taken", "page_over", "handover_over"]);

/** Milliseconds for which an answer that a cut holds back is said again, and between two times. */
const INSIST_MS = 30_000;
const PAUSE_MS = 1_000;

/** The same press until the server has heard it: who said yes while the network was away gets the call when it is back. @param {string} path */
async function insist(path) {
  const command = { command_id: newCommandId() };
  const until = performance.now() + INSIST_MS;
  for (;;) {
    try {
      return await api.post(path, command, { retry: true });
    } catch (error) {
      if (!(error instanceof NetworkError) || performance.now() > until) throw error;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}

/** @param {string} path @param {(answer: any) => void} onDone @returns {Promise<void>} */
async function act(path, onDone) {
  try {
    onDone(await insist(path));
  } catch (error) {
    toast(ENDED.has(problemCode(error)) ? t("oncall.over") : problemWords(error));
  }
}

/** Into the call, unless one is there already: a call that goes on is not begun anew. @param {{session_id: string}} answer */
function enter(answer) {
  const place = `/call/${answer.session_id}`;
  if (location.pathname !== place) location.assign(place);
}

/**
 * A question that neither Escape nor a press beside it answers: a slip must not send a doctor away.
 * @param {{title: string, testid: string, onAccept: () => Promise<void>, onDecline: () => Promise<void>, children?: unknown}} props
 */
function Question({ title, testid, onAccept, onDecline, children }) {
  const id = useElementId("ring");
  const [busy, setBusy] = useState("");
  const online = useOnline();
  const { ref, onCancel } = useModal(true, () => {});
  const accept = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => accept.current?.querySelector("button")?.focus(), []);
  const press = (/** @type {string} */ what, /** @type {() => Promise<void>} */ work) => () => {
    if (busy) return; // One answer, also while a cut holds it back.
    setBusy(what);
    void work().finally(() => setBusy(""));
  };
  return html`<dialog class="dialog ring" role="alertdialog" ref=${ref} aria-labelledby=${id} data-testid=${testid} onCancel=${onCancel}>
    <div class="dialog__head"><h2 id=${id}>${title}</h2></div>
    <div class="dialog__body ring__body">${children}${busy && !online && html`<p class="ring__brief" role="status" data-testid="ring-waits">${t("oncall.answer_waits")}</p>`}</div>
    <div class="dialog__actions ring__actions">
      <${Button} large=${true} icon="phone-off" label=${t("oncall.decline")} busy=${busy === "no"} onClick=${press("no", onDecline)} testid="ring-decline" />
      <span ref=${accept}><${Button} kind="primary" large=${true} icon="phone" label=${t("oncall.accept")} busy=${busy === "yes"} onClick=${press("yes", onAccept)} testid="ring-accept" /></span>
    </div>
  </dialog>`;
}

/** @param {{page: OwnPage}} props */
function PageQuestion({ page }) {
  return html`<${Question} title=${t("oncall.ring_title", { speciality: page.speciality })} testid="ring-dialog"
    onAccept=${() => act(`/pages/${page.id}/accept`, enter)} onDecline=${() => act(`/pages/${page.id}/decline`, () => {})}>
    <p class="ring__who">${t("oncall.asked_by", { name: page.asked_by.name, role: t(`role.${page.asked_by.role}`) })}</p>
    ${page.brief && html`<p class="ring__brief">${page.brief}</p>`}
    <p class="muted">${t("oncall.waiting_for")} <${Countdown} at=${page.created_at} direction="since" /></p>
  </${Question}>`;
}

/** The own step went by, and still nobody has come: no sound, and in nobody's way; a late yes counts. @param {{page: OwnPage}} props */
function MissedPage({ page }) {
  const [busy, setBusy] = useState("");
  const press = (/** @type {"accept" | "decline"} */ what, /** @type {(answer: any) => void} */ onDone) => () => {
    setBusy(what);
    void act(`/pages/${page.id}/${what}`, onDone).finally(() => setBusy(""));
  };
  return html`<section class="ring-missed" role="status" aria-label=${t("oncall.notification_title")} data-testid="ring-missed">
    <p>${t("oncall.missed", { speciality: page.speciality, name: page.asked_by.name })}</p>
    <div class="ring-missed__acts"><${Button} label=${t("oncall.decline")} busy=${busy === "decline"} onClick=${press("decline", () => {})} testid="missed-decline" />
      <${Button} kind="primary" icon="phone" label=${t("oncall.accept")} busy=${busy === "accept"} onClick=${press("accept", enter)} testid="missed-accept" /></div>
  </section>`;
}

/** @param {{handover: OwnHandover}} props */
function HandoverQuestion({ handover }) {
  return html`<${Question} title=${t("oncall.handover_title", { name: handover.from.name })} testid="handover-dialog"
    onAccept=${() => act(`/handovers/${handover.id}/accept`, enter)} onDecline=${() => act(`/handovers/${handover.id}/decline`, () => {})}>
    ${handover.brief && html`<p class="ring__brief">${handover.brief}</p>`}
    <p class="muted">${t("oncall.handover_hint", { name: handover.from.name })}</p>
  </${Question}>`;
}

/** Says once how a page ended that rang here, or that one asked for. */
function useOutcomes() {
  const told = useRef(/** @type {Map<string, string>} */ (new Map()));
  useEffect(() => {
    for (const page of pages.value) {
      const before = told.current.get(page.id);
      told.current.set(page.id, page.state);
      if (before !== "ringing" || page.state === before) continue;
      if (page.ring === "taken" && page.taken_by) toast(t("oncall.taken_by", { name: page.taken_by.name }));
      else if (page.state === "cancelled" && page.mine === "rung") toast(t("oncall.called_off"));
    }
  }, [pages.value]);
}

export function RingLayer() {
  useLanguage();
  useOutcomes();
  const page = pages.value.find((one) => one.state === "ringing" && one.ring === "ringing");
  const handover = page ? undefined : handovers.value.find((one) => one.state === "offered" && one.mine === "offered");
  useRinging(page?.id ?? handover?.id ?? null);
  if (page) return html`<${PageQuestion} key=${page.id} page=${page} />`;
  if (handover) return html`<${HandoverQuestion} key=${handover.id} handover=${handover} />`;
  const missed = pages.value.find((one) => one.ring === "missed" && (one.state === "ringing" || one.state === "unanswered"));
  return missed ? html`<${MissedPage} key=${missed.id} page=${missed} />` : null;
}
