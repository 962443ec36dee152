/** The page behind an invitation: choose a password, then whatever else is owed. The token stays in the fragment. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Skeleton } from "../components/skeleton.js";
import { NewPassword } from "../identity/new_password.js";
import { SecondStep } from "../identity/second_step.js";
import { identityWords } from "../identity/words.js";
import { useViewFocus } from "../view_focus.js";

/** @typedef {{kind: "invite" | "reset", name: string, email: string}} Whose */
/** @typedef {import("../identity/second_step.js").Step} Step */

const token = location.hash.slice(1);
const goOn = () => location.replace("/");

/** @param {{words: string}} props */
function Useless({ words }) {
  const heading = useViewFocus(t("identity.invitation_title"), { focus: false });
  return html`<div class="form"><h1 ref=${heading} tabindex="-1">${t("identity.invitation_title")}</h1>
    <${Banner} kind="warn" testid="invitation-useless">${words}</${Banner}>
    <p>${t("identity.invitation_ask")}</p>
    <${Button} icon="log-in" label=${t("identity.to_sign_in")} href="/sign-in" /></div>`;
}

/** @param {{whose: Whose, onStep: (step: Step) => void}} props */
function Choose({ whose, onStep }) {
  const title = t(whose.kind === "invite" ? "identity.invite_title" : "identity.reset_title");
  const heading = useViewFocus(title, { focus: false });
  const save = async (/** @type {string} */ password) => {
    const { step } = await api.post("/invitations/accept", { token, password });
    if (step) onStep(step);
    else goOn();
  };
  return html`<div class="form"><h1 ref=${heading} tabindex="-1">${title}</h1>
    <p>${t("identity.invitation_for", { name: whose.name, email: whose.email })}</p>
    <${NewPassword} email=${whose.email} submit=${t("identity.set_password")} save=${save} /></div>`;
}

export function Invitation() {
  const [whose, setWhose] = useState(/** @type {Whose | null} */ (null));
  const [step, setStep] = useState(/** @type {Step | null} */ (null));
  const [fault, setFault] = useState("");
  useEffect(() => {
    if (!/^[\w-]{22}$/.test(token)) setFault(t("identity.error_invitation_unknown"));
    else api.post("/invitations/open", { token }, { retry: true }).then(setWhose, (error) => setFault(identityWords(error)));
  }, []);
  if (step) return html`<${SecondStep} step=${step} onDone=${goOn} onOver=${() => location.replace("/sign-in")} />`;
  if (fault) return html`<${Useless} words=${fault} />`;
  if (!whose) return html`<${Skeleton} height="200px" />`;
  return html`<${Choose} whose=${whose} onStep=${setStep} />`;
}
