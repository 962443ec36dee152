/** /m: a message from the clinic, behind the link of an SMS. Who told a date of birth at the door is asked for it first. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { NO_DATE, birthDateOf } from "../../../core/birth_date.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Skeleton } from "../../components/skeleton.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useViewFocus } from "../../view_focus.js";
import { moment } from "../home/words.js";
import { Notice } from "../join/notice.js";
import { BirthDateField } from "../walk_in/birth_date.js";

/** @typedef {import("../home/types.js").Message} Message */
/** @typedef {{asks: "birth_date" | null, tries_left: number, message: Message | null}} Opened */

/** The link is over, or was never one. */
const FINAL = new Set(["message_unknown", "message_over"]);
const token = location.hash.slice(1);

/** The message, as far as it is known; `ask` asks again, with what was typed. */
function useMessage() {
  const [opened, setOpened] = useState(/** @type {Opened | null} */ (null));
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async (/** @type {string | null} */ birthDate) => {
    setBusy(true);
    try {
      // Not tried again by itself: a lost answer to a wrong date would count as one more.
      setOpened(await api.post("/visit-messages/open", { token, ...(birthDate && { birth_date: birthDate }) }, { retry: false }));
      setCode("");
    } catch (error) {
      setCode(problemCode(error));
      setProblem(problemWords(error));
    }
    setBusy(false);
  };
  useEffect(() => {
    if (/^[\w-]{22}$/.test(token)) void ask(null);
    else setCode("message_unknown");
  }, []);
  return { opened, code, problem, busy, ask };
}

/** @param {{opened: Opened, busy: boolean, onAnswer: (birthDate: string) => void}} props */
function AskDate({ opened, busy, onAnswer }) {
  const heading = useViewFocus(t("message.title"), { focus: false });
  const [typed, setTyped] = useState(NO_DATE);
  const [error, setError] = useState(/** @type {string | null} */ (null));
  const wrong = opened.tries_left < 5;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const { value, fault } = birthDateOf(typed, new Date());
    setError(fault && t(`walk.fault_birth_${fault}`));
    if (value) onAnswer(value);
  };
  return html`<form class="form" onSubmit=${submit} novalidate>
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("message.title")}</h1><p class="page__lead">${t("message.ask_lead")}</p></div>
    ${wrong && html`<${Banner} kind="warn" testid="wrong-date">${t("message.wrong_date", { count: opened.tries_left })}</${Banner}>`}
    <${BirthDateField} typed=${typed} onInput=${setTyped} error=${error} />
    <${Button} kind="primary" large=${true} wide=${true} type="submit" label=${t("message.read")} busy=${busy} testid="read-message" />
  </form>`;
}

/** @param {{message: Message}} props */
function Read({ message }) {
  const heading = useViewFocus(t("message.title"));
  return html`<div class="form"><h1 ref=${heading} tabindex="-1">${t("message.title")}</h1>
    <section class="card card--padded" data-testid="the-message"><p class="letter__body">${message.body}</p><p class="muted">${t("home.message_from", { name: message.by, when: moment(message.at) })}</p></section>
    <p class="muted">${t("message.no_answer")}</p></div>`;
}

export function MessagePage() {
  const { opened, code, problem, busy, ask } = useMessage();
  const again = html`<${Button} kind="primary" large=${true} wide=${true} icon="refresh-cw" label=${t("common.try_again")} busy=${busy} onClick=${() => void ask(null)} />`;
  if (FINAL.has(code) || (opened && !opened.message && opened.tries_left === 0)) {
    return html`<div class="page page--narrow"><${Notice} icon="link" kind="warn" title=${t("message.over_title")} text=${t("message.over_text")} code=${code || "message_over"} testid="message-over" /></div>`;
  }
  if (code && !opened) return html`<div class="page page--narrow"><${Notice} icon="wifi-off" kind="warn" title=${t("message.trouble_title")} text=${problem} code=${code} testid="message-trouble" actions=${again} /></div>`;
  if (!opened) return html`<div class="page page--narrow" aria-busy="true"><h1>${t("message.title")}</h1><${Skeleton} height="180px" /></div>`;
  return html`<div class="page page--narrow">${code && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    ${opened.message ? html`<${Read} message=${opened.message} />` : html`<${AskDate} opened=${opened} busy=${busy} onAnswer=${(/** @type {string} */ day) => void ask(day)} />`}</div>`;
}
