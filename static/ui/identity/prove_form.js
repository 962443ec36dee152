/** Showing again who one is: PIN, password, code or passkey, whichever there is. For the lock screen and for acts that ask for it. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { ApiError, api } from "../../core/api.js";
import { duration, t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { problemCode } from "../problem_words.js";
import { CodeField } from "./code_field.js";
import { passkeysPossible, showPasskey } from "./passkeys.js";
import { identityWords } from "./words.js";

/** @typedef {"pin" | "password" | "passkey" | "totp"} Method */

/** @type {Record<Method, string>} */
const ICONS = { pin: "layout-grid", password: "keyboard", passkey: "shield-check", totp: "smartphone" };

/** @param {{method: Method, value: string, onInput: (value: string) => void, error: string | undefined, inputRef: import("../../vendor/preact.js").Ref<any>}} props */
function Typed({ method, value, onInput, error, inputRef }) {
  if (method === "totp") return html`<${CodeField} value=${value} onInput=${onInput} error=${error} testid="prove-code" inputRef=${inputRef} />`;
  const isPin = method === "pin";
  return html`<${Field} label=${t(isPin ? "identity.pin" : "signin.password")} type="password" value=${value} onInput=${onInput} error=${error} testid=${`prove-${method}`} inputRef=${inputRef}
    autocomplete=${isPin ? "off" : "current-password"} maxlength=${isPin ? 12 : 256} attributes=${isPin ? { inputmode: "numeric" } : { spellcheck: false }} />`;
}

/** @param {Method} method @param {string} typed */
async function shown(method, typed) {
  if (method !== "passkey") return method === "totp" ? { code: typed } : { [method]: typed };
  const { token, options } = await api.post("/me/passkey", {}, { plain: true });
  return { token, credential: await showPasskey(options) };
}

/**
 * @param {{path: "/me/proof" | "/me/unlock", methods: string[], submit: string, onDone: () => void, onGone: () => void, extra?: unknown}} props
 *   `onGone`: the login ended meanwhile
 */
export function ProveForm({ path, methods, submit, onDone, onGone, extra }) {
  const present = /** @type {Method[]} */ (methods.filter((method) => method !== "passkey" || passkeysPossible()));
  const [method, setMethod] = useState(/** @type {Method} */ (present[0] ?? "password"));
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => input.current?.focus(), [method]);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    if (method !== "passkey" && !typed) return setFault(t("identity.nothing_typed"));
    setBusy(true);
    setFault("");
    try {
      await api.post(path, await shown(method, typed), { plain: true });
      return onDone();
    } catch (error) {
      if (problemCode(error) === "not_signed_in") return onGone();
      setTyped("");
      const wait = error instanceof ApiError && error.status === 429 ? ` ${duration(Math.ceil(error.retryAfter ?? 60))}` : "";
      setFault(identityWords(error) + wait);
      if (problemCode(error) === "pin_blocked" && present.length > 1) setMethod(present.filter((one) => one !== "pin")[0] ?? "password");
    }
    setBusy(false);
    return input.current?.focus();
  };
  const choose = (/** @type {Method} */ next) => {
    setTyped("");
    setFault("");
    setMethod(next);
  };
  return html`<form class="form" onSubmit=${send} novalidate>
    ${method === "passkey" ? fault && html`<${Banner} kind="urgent">${fault}</${Banner}>` : html`<${Typed} method=${method} value=${typed} onInput=${setTyped} error=${fault || undefined} inputRef=${input} />`}
    <div class="form__acts">
      <${Button} kind="primary" type="submit" busy=${busy} label=${method === "passkey" ? t("identity.show_passkey") : submit} testid="prove-submit" />
      ${extra}
    </div>
    ${present.length > 1 && html`<div class="other-ways"><p class="muted small">${t("identity.other_ways")}</p><div class="other-ways__list">
      ${present.filter((one) => one !== method).map((one) => html`<${Button} key=${one} icon=${ICONS[one]} label=${t(`identity.by_${one}`)} onClick=${() => choose(one)} testid=${`by-${one}`} />`)}</div></div>`}
  </form>`;
}
