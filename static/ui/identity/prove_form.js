/** Showing again who one is: PIN, password, code or passkey, alone or together as the server says. For the lock screen and for acts that ask for it. */
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

/** @typedef {Method[]} Way what is shown together */

/** @param {Way} way */
const nameOf = (way) => way.join("_");

/** @param {{method: Method, value: string, onInput: (value: string) => void, error: string | undefined, inputRef: import("../../vendor/preact.js").Ref<any>}} props */
function Typed({ method, value, onInput, error, inputRef }) {
  if (method === "totp") return html`<${CodeField} value=${value} onInput=${onInput} error=${error} testid="prove-code" inputRef=${inputRef} />`;
  const isPin = method === "pin";
  return html`<${Field} label=${t(isPin ? "identity.pin" : "signin.password")} type="password" value=${value} onInput=${onInput} error=${error} testid=${`prove-${method}`} inputRef=${inputRef}
    autocomplete=${isPin ? "off" : "current-password"} maxlength=${isPin ? 12 : 256} attributes=${isPin ? { inputmode: "numeric" } : { spellcheck: false }} />`;
}

/** The body that shows a way. @param {Way} way @param {Record<string, string>} typed */
async function shown(way, typed) {
  if (!way.includes("passkey")) return Object.fromEntries(way.map((method) => [method === "totp" ? "code" : method, typed[method]]));
  const { token, options } = await api.post("/me/passkey", {}, { plain: true });
  return { token, credential: await showPasskey(options) };
}

/** @param {unknown} error */
function faultOf(error) {
  const wait = error instanceof ApiError && error.status === 429 ? ` ${duration(Math.ceil(error.retryAfter ?? 60))}` : "";
  return identityWords(error) + wait;
}

/** @param {{ways: Way[], onChoose: (way: Way) => void}} props */
function OtherWays({ ways, onChoose }) {
  return html`<div class="other-ways"><p class="muted small">${t("identity.other_ways")}</p><div class="other-ways__list">
    ${ways.map((way) => html`<${Button} key=${nameOf(way)} icon=${ICONS[/** @type {Method} */ (way[way.length - 1])]} label=${t(`identity.by_${nameOf(way)}`)} onClick=${() => onChoose(way)} testid=${`by-${nameOf(way)}`} />`)}</div></div>`;
}

/**
 * @param {{path: "/me/proof" | "/me/unlock", ways: string[][], submit: string, onDone: () => void, onGone: () => void, extra?: unknown}} props
 *   `ways`: each is enough, its members are shown together; `onGone`: the login ended meanwhile
 */
export function ProveForm({ path, ways, submit, onDone, onGone, extra }) {
  const present = /** @type {Way[]} */ (ways.filter((one) => !one.includes("passkey") || passkeysPossible()));
  const [way, setWay] = useState(/** @type {Way} */ (present[0] ?? []));
  const [typed, setTyped] = useState(/** @type {Record<string, string>} */ ({}));
  const [fault, setFault] = useState({ at: "", text: "" });
  const [busy, setBusy] = useState(false);
  const fields = useRef(/** @type {Record<string, HTMLInputElement | null>} */ ({}));
  const first = way[0] ?? "";
  useEffect(() => fields.current[first]?.focus(), [way]);
  const choose = (/** @type {Way} */ next) => {
    setTyped({});
    setFault({ at: "", text: "" });
    setWay(next);
  };
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    const missing = way.find((method) => method !== "passkey" && !typed[method]);
    if (missing) {
      // Enter in the first of two fields leads to the second.
      if (missing === first || fault.at === missing) setFault({ at: missing, text: t("identity.nothing_typed") });
      return fields.current[missing]?.focus();
    }
    setBusy(true);
    setFault({ at: "", text: "" });
    try {
      await api.post(path, await shown(way, typed), { plain: true });
      return onDone();
    } catch (error) {
      if (problemCode(error) === "not_signed_in") return onGone();
      setTyped({});
      setFault({ at: first, text: faultOf(error) });
      const without = present.filter((one) => !one.includes("pin"))[0];
      if (problemCode(error) === "pin_blocked" && without) setWay(without);
    }
    setBusy(false);
    return fields.current[first]?.focus();
  };
  if (way.length === 0) return html`<${Banner} kind="warn" testid="prove-no-way">${t("identity.no_way")}</${Banner}><div class="form__acts">${extra}</div>`;
  const others = present.filter((one) => nameOf(one) !== nameOf(way));
  return html`<form class="form" onSubmit=${send} novalidate>
    ${first === "passkey" && fault.text && html`<${Banner} kind="urgent">${fault.text}</${Banner}>`}
    ${way.filter((method) => method !== "passkey").map(
      (method) => html`<${Typed} key=${method} method=${method} value=${typed[method] ?? ""} onInput=${(/** @type {string} */ value) => setTyped((before) => ({ ...before, [method]: value }))}
        error=${fault.at === method ? fault.text : undefined} inputRef=${(/** @type {HTMLInputElement | null} */ input) => (fields.current[method] = input)} />`,
    )}
    <div class="form__acts">
      <${Button} kind="primary" type="submit" busy=${busy} label=${first === "passkey" ? t("identity.show_passkey") : submit} testid="prove-submit" />
      ${extra}
    </div>
    ${others.length > 0 && html`<${OtherWays} ways=${others} onChoose=${choose} />`}
  </form>`;
}
