/** The steps of a patient's or carer's sign-in: contact, code, and whom when several people have the contact. */
import { useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { problemWords } from "../../problem_words.js";

/** As the server counts them; the sixth attempt is refused even with the right code. */
const ATTEMPTS = 5;

/** @typedef {{id: string, role: string, name: string}} Choice */
/** @typedef {{name: "contact"} | {name: "code", step: string, contact: string, asked: number, tries: number} | {name: "choice", step: string, choices: Choice[]}} Step `asked` in milliseconds */

/** @param {unknown} error @returns {string} */
function askProblem(error) {
  if (error instanceof ApiError && error.code === "cannot_send") return t("my.cannot_send");
  if (error instanceof ApiError && error.code === "invalid_input") return t("my.contact_wrong");
  if (error instanceof ApiError && error.status === 429) return t("my.too_many", { minutes: Math.max(1, Math.ceil((error.retryAfter ?? 60) / 60)) });
  return problemWords(error);
}

/** @param {unknown} error @param {number} tries @returns {string} */
function codeProblem(error, tries) {
  if (error instanceof ApiError && error.code === "wrong_code") return tries >= ATTEMPTS ? t("my.code_spent") : t("my.code_wrong");
  return problemWords(error);
}

/** The step one is in, what went wrong, and the ways on. */
export function useSteps() {
  const [step, setStep] = useState(/** @type {Step} */ ({ name: "contact" }));
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  /** @param {() => Promise<void>} work @param {(error: unknown) => string} words */
  const run = async (work, words) => {
    setBusy(true);
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(words(error));
    }
    setBusy(false);
  };
  const enter = () => location.replace("/home");
  const ask = (/** @type {string} */ contact) =>
    run(async () => {
      const { step: id } = await api.post("/person/code", { contact });
      setStep({ name: "code", step: id, contact, asked: Date.now(), tries: 0 });
    }, askProblem);
  const confirm = (/** @type {string} */ code) => {
    if (step.name !== "code") return Promise.resolve();
    const tries = step.tries + 1;
    setStep({ ...step, tries });
    return run(async () => {
      const found = await api.post("/person/confirm", { step: step.step, code });
      if (found.signed_in) enter();
      else setStep({ name: "choice", step: found.step, choices: found.choices });
    }, (error) => codeProblem(error, tries));
  };
  const choose = (/** @type {string} */ person) => {
    if (step.name !== "choice") return Promise.resolve();
    return run(async () => {
      await api.post("/person/choose", { step: step.step, person });
      enter();
    }, (error) => codeProblem(error, ATTEMPTS));
  };
  const restart = () => {
    setProblem("");
    setStep({ name: "contact" });
  };
  return { step, problem, busy, ask, confirm, choose, restart };
}

/** @typedef {ReturnType<typeof useSteps>} Steps */
