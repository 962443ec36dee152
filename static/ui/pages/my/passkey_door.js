/** The way in without a code: the passkey of this device. Nothing is typed, and the page does not know who has one. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { passkeysPossible, showPasskey } from "../../identity/passkeys.js";
import { problemCode, problemWords } from "../../problem_words.js";

/** @param {unknown} error @returns {{kind: "info" | "urgent", words: string}} */
function problemOf(error) {
  if (error instanceof DOMException) return { kind: "info", words: t("my.passkey_declined") };
  const code = problemCode(error);
  if (code === "passkey_refused") return { kind: "urgent", words: t("my.passkey_refused") };
  if (code === "step_over") return { kind: "urgent", words: t("my.passkey_late") };
  return { kind: "urgent", words: problemWords(error) };
}

/** @param {{disabled: boolean}} props nothing in a browser that cannot: the code is the way in there */
export function PasskeyDoor({ disabled }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {{kind: "info" | "urgent", words: string} | null} */ (null));
  if (!passkeysPossible()) return null;
  const enter = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const { token, options } = await api.post("/person/passkey/options");
      await api.post("/person/passkey", { token, credential: await showPasskey(options) });
      location.replace("/home");
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return html`<div class="my__ways">
    <p class="muted">${t("my.passkey_hint")}</p>
    <${Button} large=${true} wide=${true} icon="shield-check" busy=${busy} disabled=${disabled} label=${t("identity.sign_in_passkey")} onClick=${enter} testid="sign-in-passkey" />
    ${problem && html`<${Banner} kind=${problem.kind} testid="passkey-problem">${problem.words}</${Banner}>`}
  </div>`;
}
