/** A new password, typed once and readable on request; a long one is asked for, not a strange one. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { identityWords } from "./words.js";

/** Characters; the server's rule, said before it has to. */
const MIN = 15;

/** @param {{email: string, submit: string, save: (password: string) => Promise<void>, onCancel?: () => void}} props */
export function NewPassword({ email, submit, save, onCancel }) {
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    if ([...password].length < MIN) return setFault(t("identity.error_password_length"));
    setBusy(true);
    setFault("");
    try {
      await save(password);
    } catch (error) {
      setFault(identityWords(error));
    }
    return setBusy(false);
  };
  const toggle = html`<${Button} kind="icon" icon=${shown ? "eye-off" : "eye"} pressed=${shown} label=${t("signin.show_password")} onClick=${() => setShown(!shown)} />`;
  return html`<form class="form" onSubmit=${send} novalidate>
    <input class="visually-hidden" type="email" name="email" autocomplete="username" value=${email} readonly tabindex="-1" aria-hidden="true" />
    <${Field} label=${t("identity.new_password")} hint=${t("identity.new_password_hint")} type=${shown ? "text" : "password"} name="new-password" autocomplete="new-password" testid="new-password"
      value=${password} onInput=${setPassword} error=${fault || undefined} trailing=${toggle} maxlength=${256} attributes=${{ autocapitalize: "off", spellcheck: false }} />
    <div class="form__acts">
      <${Button} kind="primary" type="submit" busy=${busy} label=${submit} testid="new-password-submit" />
      ${onCancel && html`<${Button} kind="plain" label=${t("identity.cancel")} onClick=${onCancel} />`}
    </div>
  </form>`;
}
