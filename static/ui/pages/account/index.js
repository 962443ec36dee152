/** One's own account: how one signs in, where one is signed in, and how the page unlocks. */
import { html, useEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { Skeleton } from "../../components/skeleton.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useViewFocus } from "../../view_focus.js";
import { goToSignIn } from "../return_place.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { DevicesSection, LanguageSection, UnlockSection } from "./devices.js";
import { AppSection, PasskeySection, PasswordSection, RecoverySection } from "./factors.js";
import { ProviderSection } from "./provider.js";
import { fault, load, logins, security } from "./store.js";

/** @param {{email: string}} props */
function Sections({ email }) {
  const own = security.value;
  if (fault.value && !own) return html`<${ErrorState} title=${problemWords(fault.value)} code=${problemCode(fault.value)} action=${html`<${Button} label=${t("common.try_again")} onClick=${load} />`} />`;
  if (!own) return html`<${Skeleton} height="160px" /><${Skeleton} height="160px" />`;
  return html`<${PasswordSection} email=${email} /><${AppSection} security=${own} /><${PasskeySection} security=${own} /><${RecoverySection} security=${own} />
    <${ProviderSection} /><${DevicesSection} logins=${logins.value} /><${UnlockSection} security=${own} /><${LanguageSection} security=${own} />`;
}

/** @param {{language: string}} props */
export function Account({ language }) {
  const user = useStaffUser();
  const heading = useViewFocus(t("identity.account"), { focus: false });
  useEffect(() => void load(), []);
  useEffect(() => {
    if (problemCode(fault.value) === "not_signed_in") goToSignIn();
  }, [fault.value]);
  return html`<div class="shell">
    <${Rail} language=${language} user=${user} current="account" />
    <main class="shell__main" id="main" tabindex="-1"><div class="account">
      <header class="page__head"><h1 ref=${heading} tabindex="-1">${t("identity.account")}</h1>${user && html`<p class="page__lead">${user.name} · ${user.email}</p>`}</header>
      <${Sections} email=${user?.email ?? ""} />
    </div></main>
  </div>`;
}
