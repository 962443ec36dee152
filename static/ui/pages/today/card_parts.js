/** Two parts of the card at the end of a visit that may be left closed: a message to the patient, and what is to be done on a later day. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { DAYS, MAX_MESSAGE, MAX_TEXT, dayText } from "../../../core/end_card.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { Skeleton } from "../../components/skeleton.js";
import { problemWords } from "../../problem_words.js";
import { moment } from "../home/words.js";

/** @typedef {import("../../../core/end_card.js").EndCard} EndCard */
/** @typedef {import("../../../core/end_card.js").Way} Way */
/** @typedef {{id: string, way: string, by: string, at: string, body: string, opened_at: string | null, notice: string | null}} SentMessage */
/** @typedef {{session: {patient_id: string | null}, ways: Way[], messages: SentMessage[], follow_ups: import("../../../core/follow_ups.js").FollowUp[]}} After */

/** What the server knows of the time after a visit; asked again when the page is looked at again: another tab may have sent something. @param {string} sessionId */
export function useAfter(sessionId) {
  const [after, setAfter] = useState(/** @type {After | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const load = () => {
    setProblem(null);
    return api.get(`/sessions/${sessionId}/after`).then(setAfter, setProblem);
  };
  useEffect(() => {
    void load();
    const look = () => void (document.visibilityState === "visible" && load());
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [sessionId]);
  return { after, problem, load };
}

/** What became of the SMS or mail that says a message is there. @param {SentMessage} message */
function fate({ opened_at: opened, notice }) {
  if (opened) return { kind: /** @type {const} */ ("ok"), words: t("letter.read", { at: moment(opened) }) };
  if (notice === "failed" || notice === "expired") return { kind: /** @type {const} */ ("urgent"), words: t("letter.notice_failed") };
  if (notice === "unknown") return { kind: /** @type {const} */ ("warn"), words: t("letter.notice_unknown") };
  return { kind: /** @type {const} */ ("plain"), words: t("letter.not_read") };
}

/** @param {{message: SentMessage}} props */
export function SentLine({ message }) {
  const { kind, words } = fate(message);
  return html`<li class="letter" data-testid="sent-message"><p class="letter__body">${message.body}</p>
    <p class="muted small">${t("letter.by", { by: message.by, at: moment(message.at) })} <${Badge} kind=${kind}>${words}</${Badge}></p></li>`;
}

/** @param {Way} way */
function wayWords({ way, shown }) {
  if (way === "link") return t("letter.way_link", { shown: shown ?? "" });
  return shown ? t("letter.way_home", { shown }) : t("letter.way_home_quiet");
}

/** @param {{card: EndCard, ways: Way[]}} props */
function Write({ card, ways }) {
  const { message, way } = card.draft.value;
  const chosen = ways.find((one) => one.way === way) ?? ways[0];
  if (!chosen) return html`<p class="muted" data-testid="letter-no-way">${t("letter.no_way")}</p>`;
  const options = ways.map((one) => ({ value: one.way, label: wayWords(one) }));
  return html`<${Field} label=${t("letter.label")} hint=${wayWords(chosen)} value=${message} onInput=${(/** @type {string} */ next) => card.set({ message: next })} multiline=${true} rows=${4} maxlength=${MAX_MESSAGE} testid="letter" />
    ${ways.length > 1 && html`<${Select} label=${t("letter.way")} value=${chosen.way} options=${options} onChange=${(/** @type {string} */ next) => card.set({ way: next })} testid="letter-way" />`}`;
}

/** @param {{card: EndCard, after: After | null, problem: unknown, onRetry: () => void}} props */
export function MessagePart({ card, after, problem, onRetry }) {
  const [open] = useState(() => Boolean(card.draft.value.message));
  return html`<details class="card-part" open=${open} data-testid="letter-part"><summary>${t("letter.title")}</summary><div class="form">
    ${!after && !problem && html`<${Skeleton} height="80px" />`}
    ${!after && problem && html`<p>${problemWords(problem)}</p><${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${onRetry} />`}
    ${after && after.messages.length > 0 && html`<ul class="letters" aria-label=${t("letter.sent")}>${after.messages.map((message) => html`<${SentLine} key=${message.id} message=${message} />`)}</ul>`}
    ${after && html`<${Write} card=${card} ways=${after.ways} />`}
  </div></details>`;
}

/** @param {{card: EndCard}} props */
export function FollowUpPart({ card }) {
  const { due, day, text } = card.draft.value;
  const [open, setOpen] = useState(() => Boolean(due || text));
  const gap = card.gap.value;
  const mine = gap === "follow_up_text" || gap === "follow_up_day";
  // What is missing is shown, and stays open once it is given.
  useEffect(() => {
    if (mine) setOpen(true);
  }, [mine]);
  const toggled = (/** @type {Event} */ event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open);
  const options = [{ value: "", label: t("followup.none") }, ...DAYS.map((days) => ({ value: days, label: t("followup.in_days", { days: Number(days), weeks: Math.round(Number(days) / 7) }) })), { value: "date", label: t("followup.on_day") }];
  return html`<details class="card-part" open=${open} onToggle=${toggled} data-testid="follow-up-part"><summary>${t("followup.title_part")}</summary><div class="form">
    <${Select} label=${t("followup.when")} value=${due} options=${options} onChange=${(/** @type {string} */ next) => card.set({ due: next })} testid="follow-up-due" />
    ${due === "date" && html`<${Field} label=${t("followup.day")} value=${day} onInput=${(/** @type {string} */ next) => card.set({ day: next })} testid="follow-up-day" attributes=${{ type: "date", min: dayText(new Date()) }} />`}
    <${Field} label=${t("followup.text")} hint=${t("followup.text_hint")} value=${text} onInput=${(/** @type {string} */ next) => card.set({ text: next })} maxlength=${MAX_TEXT} autocomplete="off" testid="follow-up-text"
      error=${gap === "follow_up_text" ? t("followup.text_missing") : gap === "follow_up_day" ? t("followup.day_missing") : ""} />
  </div></details>`;
}
