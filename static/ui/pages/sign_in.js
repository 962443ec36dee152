/** Sign-in for staff: calm, with clear errors, a caps-lock hint, and the wait spelled out when there were too many attempts. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { ApiError, api } from "../../core/api.js";
import { duration, t } from "../../core/i18n.js";
import { clinicOfPage } from "../clinic.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { passkeysPossible, showPasskey } from "../identity/passkeys.js";
import { cameBack, goToProvider, providerOfPage, usePageRestored } from "../identity/provider.js";
import { SecondStep } from "../identity/second_step.js";
import { identityWords } from "../identity/words.js";
import { problemWords } from "../problem_words.js";
import { useViewFocus } from "../view_focus.js";
import { placeToReturn } from "./return_place.js";

/** Seconds to wait when the server does not say how long. */
const DEFAULT_WAIT = 30;

/** @typedef {{email?: string, password?: string, form?: string}} Faults */

/**
 * @param {string} email
 * @param {string} password
 * @returns {Faults}
 */
function missing(email, password) {
  /** @type {Faults} */
  const faults = {};
  if (!/^\S+@\S+$/.test(email.trim())) faults.email = t("signin.email_missing");
  if (!password) faults.password = t("signin.password_missing");
  return faults;
}

/** Seconds left of a wait, counted down. @returns {[number, (seconds: number) => void]} */
function useWait() {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

/** Whether caps lock is on, as far as the last key told; and the listeners that find out. */
function useCapsLock() {
  const [on, setOn] = useState(false);
  const look = (/** @type {KeyboardEvent} */ event) => {
    if (typeof event.getModifierState === "function") setOn(event.getModifierState("CapsLock"));
  };
  return { on, listeners: { onKeyDown: look, onKeyUp: look, onBlur: () => setOn(false) } };
}

/** @param {{value: string, onInput: (value: string) => void, error: string | undefined}} props */
function PasswordField({ value, onInput, error }) {
  const [shown, setShown] = useState(false);
  const caps = useCapsLock();
  const toggle = html`<${Button} kind="icon" icon=${shown ? "eye-off" : "eye"} pressed=${shown} label=${t("signin.show_password")} onClick=${() => setShown(!shown)} />`;
  return html`<${Field} label=${t("signin.password")} type=${shown ? "text" : "password"} name="password" autocomplete="current-password" testid="login-password"
    value=${value} onInput=${onInput} error=${error} note=${caps.on ? t("signin.caps_lock") : undefined} trailing=${toggle}
    attributes=${{ ...caps.listeners, autocapitalize: "off", spellcheck: false }} />`;
}

/** @typedef {import("../identity/second_step.js").Step} Step */

/** @param {(step: Step) => void} onStep */
function useSignIn(onStep) {
  const [faults, setFaults] = useState(/** @type {Faults} */ ({}));
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useWait();
  const submit = async (/** @type {string} */ email, /** @type {string} */ password) => {
    const lacking = missing(email, password);
    setFaults(lacking);
    if (lacking.email || lacking.password) return false;
    setBusy(true);
    try {
      const { step } = await api.post("/auth/login", { email: email.trim(), password });
      if (step) onStep(step);
      else location.replace(placeToReturn());
      return true;
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError && error.status === 429) setWait(Math.ceil(error.retryAfter ?? DEFAULT_WAIT));
      else if (error instanceof ApiError && (error.status === 401 || error.status === 400)) setFaults({ form: t("signin.wrong") });
      else setFaults({ form: problemWords(error) });
      return false;
    }
  };
  const passkey = async () => {
    setBusy(true);
    setFaults({});
    try {
      const { token, options } = await api.post("/auth/passkey/options");
      await api.post("/auth/passkey", { token, credential: await showPasskey(options) });
      location.replace(placeToReturn());
    } catch (error) {
      setBusy(false);
      setFaults({ form: identityWords(error) });
    }
  };
  const provider = async () => {
    setBusy(true);
    setFaults({});
    try {
      await goToProvider("/auth/provider");
    } catch (error) {
      setBusy(false);
      setFaults({ form: identityWords(error) });
    }
  };
  usePageRestored(() => setBusy(false));
  return { faults, busy, wait, submit, passkey, provider };
}

/** @param {{faults: Faults, wait: number}} props */
function SignInProblem({ faults, wait }) {
  if (wait > 0) return html`<${Banner} kind="warn" icon="hourglass" testid="login-throttled">
    ${t("signin.throttled")} <span role="timer" aria-live="off" class="nowrap">${duration(wait)}</span></${Banner}>`;
  if (faults.form) return html`<${Banner} kind="urgent" testid="login-error">${faults.form}</${Banner}>`;
  return null;
}

/** @param {{onStep: (step: Step) => void, words: string}} props `words`: why one is here again */
function PasswordForm({ onStep, words }) {
  const heading = useViewFocus(t("signin.title"), { focus: false });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { faults, busy, wait, submit, passkey, provider } = useSignIn(onStep);
  const providerLabel = providerOfPage();
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const onSubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || wait > 0) return;
    const done = await submit(email, password);
    if (!done) /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector("[aria-invalid]") ?? form.current?.querySelector("[type=password]"))?.focus();
  };
  return html`<form class="form" ref=${form} onSubmit=${onSubmit} novalidate>
    <h1 ref=${heading}>${t("signin.title")}</h1>
    ${words && !faults.form && html`<${Banner} kind="warn">${words}</${Banner}>`}
    <${SignInProblem} faults=${faults} wait=${wait} />
    <${Field} label=${t("signin.email")} type="email" name="email" autocomplete="username" testid="login-email" value=${email} onInput=${setEmail}
      error=${faults.email} attributes=${{ autocapitalize: "off", spellcheck: false, inputmode: "email" }} />
    <${PasswordField} value=${password} onInput=${setPassword} error=${faults.password} />
    <${Button} kind="primary" type="submit" large=${true} wide=${true} busy=${busy} disabled=${wait > 0} testid="login-submit" label=${busy ? t("signin.working") : t("signin.submit")} />
    ${passkeysPossible() && html`<${Button} large=${true} wide=${true} icon="shield-check" disabled=${busy || wait > 0} label=${t("identity.sign_in_passkey")} onClick=${passkey} testid="login-passkey" />`}
    ${providerLabel && html`<${Button} large=${true} wide=${true} icon="log-in" disabled=${busy || wait > 0} label=${providerLabel} onClick=${provider} testid="login-provider" />`}
    ${clinicOfPage().demo && html`<${Banner} kind="info">${t("signin.demo_hint")}</${Banner}>`}
  </form>`;
}

/** The browser came back from the clinic's provider. @param {{onStep: (step: Step) => void, onOver: (words: string) => void}} props */
function ComingBack({ onStep, onOver }) {
  const heading = useViewFocus(t("signin.title"), { focus: false });
  useEffect(() => {
    api.post("/auth/provider/finish").then(
      ({ step }) => (step ? onStep(step) : location.replace(placeToReturn())),
      (error) => onOver(identityWords(error)),
    );
  }, []);
  return html`<div class="form"><h1 ref=${heading}>${t("signin.title")}</h1><p role="status" data-testid="provider-working">${t("signin.working")}</p></div>`;
}

export function SignIn() {
  const [back, setBack] = useState(cameBack);
  const [step, setStep] = useState(/** @type {Step | null} */ (null));
  const [words, setWords] = useState("");
  const over = (/** @type {string} */ why) => {
    setWords(why);
    setStep(null);
    setBack(false);
  };
  if (step) return html`<${SecondStep} step=${step} onDone=${() => location.replace(placeToReturn())} onOver=${over} />`;
  if (back) return html`<${ComingBack} onStep=${setStep} onOver=${over} />`;
  return html`<${PasswordForm} onStep=${setStep} words=${words} />`;
}
