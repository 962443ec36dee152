/** What a sign-in still owes: a code, a passkey or a recovery code; or setting up a first second factor. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { problemCode } from "../problem_words.js";
import { useViewFocus } from "../view_focus.js";
import { AppSetup } from "./app_setup.js";
import { CodeField } from "./code_field.js";
import { createPasskey, passkeysPossible, showPasskey } from "./passkeys.js";
import { RecoveryCodes } from "./recovery_codes.js";
import { identityWords } from "./words.js";

/** @typedef {{token: string, kind: "factor" | "enrol", methods: string[], expires_in: number}} Step */
/** @typedef {"totp" | "passkey" | "recovery"} Method */

/** @type {Record<Method, string>} */
const ICONS = { totp: "smartphone", passkey: "shield-check", recovery: "file-text" };

/** @param {{present: Method[], chosen: Method, onChoose: (method: Method) => void}} props the other ways */
function OtherWays({ present, chosen, onChoose }) {
  const others = present.filter((method) => method !== chosen);
  if (!others.length) return null;
  return html`<div class="other-ways"><p class="muted small">${t("identity.other_ways")}</p>
    ${others.map((method) => html`<${Button} key=${method} icon=${ICONS[method]} wide=${true} label=${t(`identity.use_${method}`)} onClick=${() => onChoose(method)} testid=${`use-${method}`} />`)}</div>`;
}

/** Sends an answer; a step that is over leads back to the password. @param {Step} step @param {() => void} onDone @param {(words: string) => void} onOver */
function useAnswer(step, onDone, onOver) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const answer = async (/** @type {() => Promise<Record<string, unknown>>} */ shown) => {
    setBusy(true);
    setFault("");
    try {
      await api.post("/auth/step", { token: step.token, ...(await shown()) });
      onDone();
    } catch (error) {
      setBusy(false);
      if (problemCode(error) === "step_over") onOver(identityWords(error));
      else setFault(identityWords(error));
    }
  };
  return { fault, busy, answer, setFault };
}

/** @param {{step: Step, onDone: () => void, onOver: (words: string) => void}} props */
function Factor({ step, onDone, onOver }) {
  const heading = useViewFocus(t("identity.step_title"));
  const present = /** @type {Method[]} */ (step.methods.filter((method) => method !== "passkey" || passkeysPossible()));
  const [method, setMethod] = useState(/** @type {Method} */ (present[0] ?? "recovery"));
  const [typed, setTyped] = useState("");
  const { fault, busy, answer, setFault } = useAnswer(step, onDone, onOver);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => input.current?.focus(), [method]);
  const choose = (/** @type {Method} */ next) => {
    setTyped("");
    setFault("");
    setMethod(next);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    if (method === "passkey") void answer(async () => ({ credential: await showPasskey((await api.post("/auth/step/passkey", { token: step.token })).options) }));
    else if (method === "totp" && typed.length !== 6) setFault(t("identity.code_missing"));
    else if (method === "recovery" && typed.replace(/[^A-Za-z0-9]/g, "").length !== 16) setFault(t("identity.recovery_missing"));
    else void answer(async () => (method === "totp" ? { code: typed } : { recovery_code: typed.trim() }));
  };
  return html`<form class="form" onSubmit=${submit} novalidate data-testid="second-step">
    <h1 ref=${heading} tabindex="-1">${t("identity.step_title")}</h1>
    ${method === "passkey" && html`<p>${t("identity.step_passkey")}</p>${fault && html`<${Banner} kind="urgent">${fault}</${Banner}>`}`}
    ${method === "totp" && html`<${CodeField} value=${typed} onInput=${setTyped} error=${fault || undefined} testid="step-code" inputRef=${input} />`}
    ${method === "recovery" && html`<${Field} label=${t("identity.recovery_code")} hint=${t("identity.recovery_hint")} value=${typed} onInput=${setTyped} error=${fault || undefined}
      testid="step-recovery" autocomplete="off" maxlength=${40} inputRef=${input} attributes=${{ autocapitalize: "characters", spellcheck: false }} />`}
    <${Button} kind="primary" type="submit" large=${true} wide=${true} busy=${busy} label=${t(method === "passkey" ? "identity.show_passkey" : "signin.submit")} testid="step-submit" />
    <${OtherWays} present=${present} chosen=${method} onChoose=${choose} />
    <${Button} kind="plain" label=${t("identity.start_over")} onClick=${() => onOver("")} />
  </form>`;
}

/** @param {{step: Step, onCodes: (codes: string[]) => void, onOver: (words: string) => void}} props */
function Enrol({ step, onCodes, onOver }) {
  const heading = useViewFocus(t("identity.enrol_title"));
  const [isApp, setApp] = useState(false);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const guarded = async (/** @type {() => Promise<any>} */ work) => {
    try {
      return await work();
    } catch (error) {
      if (problemCode(error) === "step_over") onOver(identityWords(error));
      throw error;
    }
  };
  const confirm = async (/** @type {string} */ code) => onCodes((await guarded(() => api.post("/auth/enrol/totp/confirm", { token: step.token, code }))).recovery_codes);
  const passkey = async () => {
    setBusy(true);
    setFault("");
    try {
      const { options } = await guarded(() => api.post("/auth/enrol/passkey", { token: step.token }));
      const credential = await createPasskey(options);
      onCodes((await guarded(() => api.post("/auth/enrol/passkey/confirm", { token: step.token, credential, name: t("identity.passkey_name_default") }))).recovery_codes);
    } catch (error) {
      setFault(identityWords(error));
    }
    setBusy(false);
  };
  return html`<div class="form" data-testid="enrol">
    <h1 ref=${heading} tabindex="-1">${t("identity.enrol_title")}</h1>
    <p>${t("identity.enrol_text")}</p>
    ${fault && html`<${Banner} kind="urgent">${fault}</${Banner}>`}
    ${isApp
      ? html`<${AppSetup} begin=${() => guarded(() => api.post("/auth/enrol/totp", { token: step.token }))} confirm=${confirm} onCancel=${() => setApp(false)} />`
      : html`${passkeysPossible() && html`<${Button} kind="primary" large=${true} wide=${true} icon="shield-check" busy=${busy} label=${t("identity.enrol_passkey")} onClick=${passkey} testid="enrol-passkey" />`}
        <${Button} kind=${passkeysPossible() ? "quiet" : "primary"} large=${true} wide=${true} icon="smartphone" label=${t("identity.enrol_app")} onClick=${() => setApp(true)} testid="enrol-app" />
        <p class="muted small">${t("identity.enrol_hint")}</p>`}
  </div>`;
}

/** @param {{codes: string[], onDone: () => void}} props */
function FirstCodes({ codes, onDone }) {
  const heading = useViewFocus(t("identity.recovery_title"));
  return html`<div class="form"><h1 ref=${heading} tabindex="-1">${t("identity.recovery_title")}</h1><${RecoveryCodes} codes=${codes} onKept=${onDone} /></div>`;
}

/**
 * @param {{step: Step, onDone: () => void, onOver: (words: string) => void}} props `onDone`: signed in; `onOver`: begin again, with words that say why
 */
export function SecondStep({ step, onDone, onOver }) {
  const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
  if (codes) return html`<${FirstCodes} codes=${codes} onDone=${onDone} />`;
  if (step.kind === "enrol") return html`<${Enrol} step=${step} onCodes=${setCodes} onOver=${onOver} />`;
  return html`<${Factor} step=${step} onDone=${onDone} onOver=${onOver} />`;
}
