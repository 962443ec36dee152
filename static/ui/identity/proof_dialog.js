/** The question for a proof: asked once, then the refused request goes out again. */
import { html, render, useEffect, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Skeleton } from "../components/skeleton.js";
import { goToSignIn } from "../pages/return_place.js";
import { ProveForm } from "./prove_form.js";

/** @param {{onAnswer: (proved: boolean) => void}} props */
function ProofDialog({ onAnswer }) {
  const [ways, setWays] = useState(/** @type {string[][] | null} */ (null));
  useEffect(() => {
    api.get("/me/lock").then((state) => setWays(state.proof), () => onAnswer(false));
  }, []);
  const cancel = () => onAnswer(false);
  return html`<${Dialog} title=${t("identity.proof_title")} open=${true} onClose=${cancel} testid="proof">
    <p>${t("identity.proof_text")}</p>
    ${ways
      ? html`<${ProveForm} path="/me/proof" ways=${ways} submit=${t("identity.proof_submit")} onDone=${() => onAnswer(true)} onGone=${goToSignIn}
          extra=${html`<${Button} kind="plain" label=${t("identity.cancel")} onClick=${cancel} />`} />`
      : html`<${Skeleton} height="96px" />`}
  </${Dialog}>`;
}

/** Asks the person; true when proved. @returns {Promise<boolean>} */
export function askForProof() {
  const host = document.createElement("div");
  document.body.append(host);
  return new Promise((resolve) => {
    const answer = (/** @type {boolean} */ proved) => {
      render(null, host);
      host.remove();
      resolve(proved);
    };
    render(html`<${ProofDialog} onAnswer=${answer} />`, host);
  });
}
