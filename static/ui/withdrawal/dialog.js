/** Withdrawing from a recording that is over: what each choice means, in words that have a version, then the choice. Destroying is asked for twice, because nobody can undo it. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { language, t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Field } from "../components/field.js";
import { toast } from "../components/toast.js";
import { WITHDRAWAL_POINTS, withdrawProblem } from "./words.js";

/** @typedef {import("./words.js").Part} Part */
/** @typedef {{personId: string, name: string, hasPart: boolean}} ForWhom somebody a privacy officer acts for, and whether anything is that person's own */
/** @typedef {{path: string, part: Part, textVersion: string, forWhom?: ForWhom, onClose: () => void, onDone: (part: Part) => void}} Props */

/** The server's limits, in characters. */
const MIN_REASON = 10;
const MAX_REASON = 500;

/** What the dialog asks now: first to choose, then, for destroying, to mean it. @typedef {"choose" | "confirm"} Step */

/** @param {Props} props */
function useWithdrawal({ path, textVersion, forWhom, onClose, onDone }) {
  const [busy, setBusy] = useState(/** @type {"keep" | "destroy" | ""} */ (""));
  const [problem, setProblem] = useState("");
  const [reason, setReason] = useState("");
  const [tooShort, setTooShort] = useState(false);
  const words = reason.trim().replace(/\s+/g, " ");
  /** Whether everything is filled in that is needed. */
  const ready = () => {
    const missing = Boolean(forWhom) && words.length < MIN_REASON;
    setTooShort(missing);
    return !missing;
  };
  const say = async (/** @type {"keep" | "destroy"} */ choice) => {
    if (busy || !ready()) return;
    setBusy(choice);
    setProblem("");
    const person = forWhom ? { person_id: forWhom.personId, reason: words } : {};
    try {
      const { part } = await api.post(path, { choice, text_version: textVersion, language: language(), ...person });
      toast(t(choice === "keep" || part === "none" ? "withdraw.done_keep" : part === "held" ? "withdraw.done_held" : "withdraw.done_destroy"));
      onDone(part);
      onClose();
    } catch (error) {
      setProblem(withdrawProblem(error));
      setBusy("");
    }
  };
  return { busy, problem, reason, setReason, tooShort, ready, say };
}

/** @param {Props} props */
export function WithdrawDialog(props) {
  const { part, forWhom, onClose } = props;
  const [step, setStep] = useState(/** @type {Step} */ ("choose"));
  const { busy, problem, reason, setReason, tooShort, ready, say } = useWithdrawal(props);
  const question = useRef(/** @type {HTMLElement | null} */ (null));
  const hasPart = forWhom?.hasPart ?? true;
  useEffect(() => {
    if (step === "confirm") question.current?.focus(); // the button that was pressed is gone
  }, [step]);
  const first = !forWhom && part === "recorded"; // else the withdrawal is noted, or another person's
  const points = WITHDRAWAL_POINTS.filter((point) => hasPart || point === "what" || point === "others");
  const choose = html`<${Button} label=${t("common.cancel")} onClick=${onClose} />
    ${part !== "kept" && html`<${Button} label=${t(!hasPart ? "withdraw.act_note" : first ? "withdraw.act_keep" : "withdraw.choose_keep")} busy=${busy === "keep"} onClick=${() => void say("keep")} testid="withdraw-keep" />`}
    ${hasPart && html`<${Button} kind="danger" label=${t(first ? "withdraw.act_destroy" : "withdraw.choose_destroy")} onClick=${() => { if (ready()) setStep("confirm"); }} testid="withdraw-destroy" />`}`;
  const confirm = html`<${Button} label=${t("withdraw.back")} onClick=${() => setStep("choose")} testid="withdraw-back" />
    <${Button} kind="danger" label=${t("withdraw.act_for_ever")} busy=${busy === "destroy"} onClick=${() => void say("destroy")} testid="withdraw-for-ever" />`;
  const title = step === "confirm" ? "withdraw.confirm_title" : forWhom ? "withdraw.title_for" : part === "owed" || part === "kept" ? "withdraw.title_earlier" : "withdraw.title";
  return html`<${Dialog} title=${t(title, { name: forWhom?.name ?? "" })} open=${true} onClose=${onClose} actions=${step === "confirm" ? confirm : choose} testid="withdraw-dialog">
    ${step === "confirm"
      ? html`<p ref=${question} tabindex="-1"><strong>${t("withdraw.no_undo")}</strong></p><p>${t("withdraw.confirm_text")}</p>`
      : html`<ul class="own-part__points">${points.map((point) => html`<li key=${point}>${t(`withdraw.${point}`)}</li>`)}</ul>
        ${forWhom && html`<${Field} label=${t("review.reason")} hint=${t("review.reason_hint")} value=${reason} onInput=${setReason} multiline=${true} rows=${3} maxlength=${MAX_REASON} error=${tooShort ? t("review.reason_short") : undefined} required=${true} testid="withdraw-reason" />`}`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}
