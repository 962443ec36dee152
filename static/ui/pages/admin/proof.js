/** "Is it you?": some acts ask for the password or a code again. The act is done once it was shown. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** Digits of an authenticator app; anything else is a password. */
const CODE = /^\d{6}$/;

/** @param {{onProved: () => void, onClose: () => void}} props */
function ProofDialog({ onProved, onClose }) {
  const [secret, setSecret] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!secret || busy) return;
    setBusy(true);
    try {
      await api.post("/me/proof", CODE.test(secret) ? { code: secret } : { password: secret });
      onProved();
    } catch (caught) {
      setBusy(false);
      setError(problemCode(caught) === "wrong_proof" ? t("admin.proof_wrong") : problemWords(caught));
    }
  };
  return html`<${Dialog} title=${t("admin.proof")} open=${true} onClose=${onClose} testid="proof">
    <form class="form" onSubmit=${submit}>
      <p class="muted">${t("admin.proof_hint")}</p>
      <${Field} label=${t("admin.proof_secret")} type="password" autocomplete="current-password" value=${secret} onInput=${setSecret} error=${error} testid="proof-secret" />
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("admin.go_on")} busy=${busy} testid="proof-submit" /></div>
    </form>
  </${Dialog}>`;
}

/**
 * @returns {{proved: <T>(act: () => Promise<T>) => Promise<T | null>, dialog: unknown}}
 *   `proved` does the act, after asking who it is where the server wants that; null when the person did not say.
 */
export function useProof() {
  const [open, setOpen] = useState(false);
  const answer = useRef(/** @type {(yes: boolean) => void} */ (() => {}));
  const ask = () => new Promise((/** @type {(yes: boolean) => void} */ resolve) => {
    answer.current = resolve;
    setOpen(true);
  });
  const finish = (/** @type {boolean} */ yes) => {
    setOpen(false);
    answer.current(yes);
  };
  const proved = async (/** @type {() => Promise<any>} */ act) => {
    try {
      return await act();
    } catch (error) {
      if (problemCode(error) !== "proof_needed") throw error;
      return (await ask()) ? act() : null;
    }
  };
  return { proved, dialog: open && html`<${ProofDialog} onProved=${() => finish(true)} onClose=${() => finish(false)} />` };
}
