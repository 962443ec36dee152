/** Before answering: who this is said to be, and what to ask so that it is certain. Kind when somebody else was faster. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { isWaiting, nextFor } from "../../../core/queue_state.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { problemCode } from "../../problem_words.js";
import { deskWords, nameOf } from "./desk.js";
import { Needs, PageState, PriorityBadge, Waited, birthWords } from "./facts.js";

/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./entry_row.js").Me} Me */

/** @param {string | boolean} answer */
export function answerWords(answer) {
  return typeof answer === "boolean" ? t(answer ? "queues.yes" : "queues.no") : answer;
}

/** @param {{label: string, children?: unknown}} props */
function Fact({ label, children }) {
  return html`<div class="facts__line"><dt>${label}</dt><dd>${children}</dd></div>`;
}

/** What the person said of themselves. @param {{entry: EntryRow}} props */
export function PersonFacts({ entry }) {
  return html`<dl class="facts" data-testid="person-facts">
    <${Fact} label=${t("queues.fact_name")}><strong>${nameOf(entry)}</strong></${Fact}>
    <${Fact} label=${t("queues.fact_born")}>${entry.birth_date ? birthWords(entry.birth_date) : html`<span class="muted">${t("queues.not_told")}</span>`}</${Fact}>
    <${Fact} label=${t("today.reason")}>${entry.reason || html`<span class="muted">${t("queues.not_told")}</span>`}</${Fact}>
    ${entry.answers.map(({ question, answer }, index) => html`<${Fact} key=${index} label=${question}>${answerWords(answer)}</${Fact}>`)}
    ${entry.transfer_note && html`<${Fact} label=${t("queues.fact_note")}>${entry.transfer_note}</${Fact}>`}
  </dl>`;
}

/** Who is next, once this person is not to be answered any more. @param {{desk: Desk, next: EntryRow | null}} props */
function NextOne({ desk, next }) {
  if (!next) return null;
  return html`<${Button} kind="primary" icon="arrow-right" label=${t("queues.next_is", { name: nameOf(next) })} onClick=${() => desk.open("answer", next)} testid="answer-next" />`;
}

/** @param {{entry: EntryRow, now: EntryRow | null, lost: boolean}} props `lost`: the server gave the call to somebody else */
function TooLate({ entry, now, lost }) {
  const name = nameOf(entry);
  const by = now?.taken_by?.name;
  const words = by ? t("queues.taken_by", { name, by }) : t(lost ? "queues.taken" : "queues.gone", { name });
  return html`<${Banner} kind="info" icon="user-check" testid="taken">${words}</${Banner}><p class="muted">${t("queues.taken_more")}</p>`;
}

/**
 * Answers once; the page then goes to the call.
 * @param {Desk} desk
 * @param {EntryRow} entry
 */
function useAnswer(desk, entry) {
  const [busy, setBusy] = useState(false);
  const [lost, setLost] = useState(false);
  const [problem, setProblem] = useState("");
  const answer = async () => {
    setBusy(true);
    setProblem("");
    try {
      const { session_id: sessionId } = await desk.command("queue_answer", { entry_id: entry.id });
      location.assign(`/call/${sessionId}`);
    } catch (error) {
      setBusy(false);
      if (["entry_taken", "entry_over"].includes(problemCode(error))) setLost(true);
      else setProblem(deskWords(error));
    }
  };
  return { busy, lost, problem, answer };
}

/** @param {{entry: EntryRow, now: EntryRow | null, state: import("../../../core/queue_state.js").QueueState, me: Me, desk: Desk}} props `now`: as it is now, null when gone */
export function ConfirmCard({ entry, now, state, me, desk }) {
  const { busy, lost, problem, answer } = useAnswer(desk, entry);
  const shown = now ?? entry;
  const mine = now?.taken_by?.user_id === me.id;
  const late = !busy && !mine && (lost || !now || !isWaiting(now));
  const calledBack = shown.page !== "open";
  const next = late ? nextFor(state, me.id) : null;
  const actions = late
    ? html`<${Button} label=${t("component.close")} onClick=${desk.close} testid="taken-close" /><${NextOne} desk=${desk} next=${next} />`
    : html`<${Button} label=${t("common.cancel")} onClick=${desk.close} /><${Button} kind="primary" icon=${calledBack ? "phone" : "video"} label=${t(calledBack ? "queues.call_back" : "queues.begin")} busy=${busy} onClick=${() => void answer()} testid="answer-confirm" />`;
  const content = html`
    <div class="facts__badges"><${PriorityBadge} entry=${shown} /><${PageState} entry=${shown} /><${Needs} entry=${shown} /><span class="facts__wait"><${Waited} since=${shown.since} /></span></div>
    <${PersonFacts} entry=${shown} />
    ${calledBack && html`<${Banner} kind="warn" icon="phone">${t(shown.keeps_place ? "queues.call_back_message" : "queues.call_back_more")}</${Banner}>`}
    <p class="confirm__ask"><strong>${t("queues.confirm_who")}</strong> ${t(shown.birth_date ? "queues.confirm_how" : "queues.confirm_how_unknown")}</p>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}`;
  return html`<${Dialog} title=${t("queues.answer_title", { name: nameOf(entry) })} open=${true} onClose=${desk.close} actions=${actions} testid="confirm-card">
    ${late ? html`<${TooLate} entry=${entry} now=${now} lost=${lost} />` : content}
  </${Dialog}>`;
}
