/** The one form before the waiting room: who comes, why, and what helps them. One press leads into the line. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { clockTime, language, t } from "../../../core/i18n.js";
import { ApiError } from "../../../core/api.js";
import { clinicOfPage } from "../../clinic.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { problemWords } from "../../problem_words.js";
import { useViewFocus } from "../../view_focus.js";
import { EmergencyBanner } from "../join/queue/emergency.js";
import { waitWords } from "../join/queue/wait_words.js";
import { BirthDateField } from "./birth_date.js";
import { Choice } from "./choice.js";
import { dropDraft, keepDraft, loadDraft } from "./draft.js";
import { MAX_NAME, MAX_REASON, bodyOf, faultsOf } from "./entering.js";
import { NeedsPart } from "./needs_part.js";
import { QuestionField } from "./questions.js";

/** @typedef {import("./walk_in.js").WalkIn} WalkIn */
/** @typedef {import("../join/media.js").JoinMedia} JoinMedia */
/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./entering.js").Door} Door */
/** @typedef {import("./entering.js").Faults} Faults */

/** Milliseconds between looks at how full it is. */
const LOOK_MS = 60_000;
/** The choice of a reason in one's own words; the names of reasons begin with no space. */
const OTHER = " other";
/** Fields of the server's refusals, as the form calls them. @type {Record<string, string>} */
const SERVER_FIELDS = { name: "walk.fault_name", birth_date: "walk.fault_birth_impossible", reason: "walk.fault_reason", answers: "walk.fault_answers" };

/** @param {{door: Door}} props how it stands inside */
function Inside({ door }) {
  const people = t("walk.waiting", { count: door.waiting });
  const wait = door.waiting || door.expected_wait !== null ? ` ${waitWords(door.expected_wait)}` : "";
  return html`<p class="page__lead">${t("walk.lead", { clinic: clinicOfPage().name })} <span data-testid="walk-waiting">${people}${wait}</span>${door.closes_at && html` ${t("walk.closes", { time: clockTime(door.closes_at) })}`}</p>`;
}

/** @param {{draft: Draft, set: (change: Partial<Draft>) => void, door: Door, faults: Faults}} props */
function ReasonPart({ draft, set, door, faults }) {
  const say = (/** @type {string} */ field) => (faults[field] ? t(faults[field] ?? "") : undefined);
  const options = [...door.reasons.map((reason) => ({ value: reason, label: reason })), { value: OTHER, label: t("walk.reason_other") }];
  const own = draft.isOther || !door.reasons.length;
  const changed = (/** @type {string} */ value) => set(value === OTHER ? { isOther: true } : { isOther: false, reason: value });
  return html`
    ${door.reasons.length > 0 && html`<${Choice} legend=${t("walk.reason")} options=${options} value=${draft.isOther ? OTHER : draft.reason} onChange=${changed} error=${say("reason")} field="reason" />`}
    ${own && html`<div data-field="own_reason"><${Field} label=${t(door.reasons.length ? "walk.reason_own" : "walk.reason")} value=${draft.ownReason} onInput=${(/** @type {string} */ ownReason) => set({ ownReason })}
      maxlength=${MAX_REASON} error=${say("own_reason")} testid="walk-own-reason" attributes=${{ dir: "auto" }} /></div>`}`;
}

/** @param {unknown} error @returns {{faults: Faults, problem: string}} */
function refusal(error) {
  const field = error instanceof ApiError ? error.field ?? "" : "";
  const key = SERVER_FIELDS[field];
  return key ? { faults: { [field]: key }, problem: "" } : { faults: {}, problem: problemWords(error) };
}

/** Keyboard and screen reader go on at the first thing to mend. @param {HTMLElement | null} form @param {Faults} faults */
function focusFault(form, faults) {
  const [first] = Object.keys(faults);
  const part = first && form?.querySelector(`[data-field="${CSS.escape(first)}"]`);
  /** @type {HTMLElement | null | undefined} */ (part && part.querySelector("input, textarea"))?.focus();
}

/** @param {WalkIn} visit @param {JoinMedia} media @param {Door} door */
function useForm(visit, media, door) {
  const [draft, setDraft] = useState(loadDraft);
  const [faults, setFaults] = useState(/** @type {Faults} */ ({}));
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => focusFault(form.current, faults), [faults]);
  const set = (/** @type {Partial<Draft>} */ change) => setDraft((before) => {
    const after = { ...before, ...change };
    keepDraft(after);
    return after;
  });
  const send = async () => {
    setBusy(true);
    try {
      await visit.enter(bodyOf(draft, door, language()));
      if (visit.place.value !== "inside") return; // Closed or full meanwhile: what was typed waits with the person.
      dropDraft();
      if (media.step.value === "before") void media.ask();
    } catch (error) {
      const found = refusal(error);
      setProblem(found.problem);
      setFaults(found.faults);
    } finally {
      setBusy(false);
    }
  };
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    const found = faultsOf(draft, door, new Date());
    setFaults(found);
    setProblem("");
    if (!Object.keys(found).length) void send();
  };
  return { draft, set, faults, problem, busy, form, onSubmit };
}

/** @param {WalkIn} visit */
function useLook(visit) {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && void visit.look(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
}

/** @param {{visit: WalkIn, media: JoinMedia, door: Door}} props */
export function WalkInForm({ visit, media, door }) {
  const heading = useViewFocus(door.name, { focus: false });
  const { draft, set, faults, problem, busy, form, onSubmit } = useForm(visit, media, door);
  useLook(visit);
  const say = (/** @type {string} */ field) => (faults[field] ? t(faults[field] ?? "") : undefined);
  return html`<form class="page page--narrow walk" ref=${form} onSubmit=${onSubmit} novalidate data-testid="walk-in-form">
    <div class="page__head"><h1 ref=${heading} tabindex="-1" dir="auto">${door.name}</h1><${Inside} door=${door} /></div>
    <${EmergencyBanner} />
    ${door.notice && html`<${Banner} kind="info">${door.notice}</${Banner}>`}
    <div data-field="name"><${Field} label=${t("check.name")} value=${draft.name} onInput=${(/** @type {string} */ name) => set({ name })} autocomplete="name" maxlength=${MAX_NAME} error=${say("name")}
      required=${true} testid="walk-name" attributes=${{ dir: "auto", enterkeyhint: "next" }} /></div>
    <${BirthDateField} typed=${draft.birth} onInput=${(/** @type {Draft["birth"]} */ birth) => set({ birth })} error=${say("birth_date") ?? null} />
    <${ReasonPart} draft=${draft} set=${set} door=${door} faults=${faults} />
    ${door.questions.map((question) => html`<${QuestionField} key=${question.id} question=${question} value=${draft.answers[question.id]} error=${say(`question_${question.id}`)}
      onChange=${(/** @type {string | boolean} */ value) => set({ answers: { ...draft.answers, [question.id]: value } })} />`)}
    <${NeedsPart} needs=${draft.needs} interpreter=${draft.interpreter} onChange=${set} />
    <div class="next-step">
      ${problem && html`<${Banner} kind="urgent" testid="walk-problem">${problem}</${Banner}>`}
      <${Button} kind="primary" type="submit" large=${true} wide=${true} label=${t("walk.enter")} busy=${busy} testid="walk-enter" />
      <p class="next-step__hint">${t("walk.enter_hint")}</p>
    </div>
  </form>`;
}
