/** /my: the door for patients and carers. */
import { html, useEffect, useRef } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { useViewFocus } from "../../view_focus.js";
import { CodeStep } from "./code_step.js";
import { ContactStep } from "./contact_step.js";
import { useSteps } from "./flow.js";

/** @param {{steps: import("./flow.js").Steps, choices: import("./flow.js").Choice[]}} props */
function ChoiceStep({ steps, choices }) {
  const heading = useViewFocus(t("my.choose_title"));
  return html`<div class="form">
    <div class="page__head"><h1 ref=${heading} tabindex="-1">${t("my.choose_title")}</h1><p class="page__lead">${t("my.choose_lead")}</p></div>
    ${steps.problem && html`<${Banner} kind="urgent">${steps.problem}</${Banner}>`}
    <ul class="my__choices">
      ${choices.map(({ id, role, name }) => html`<li key=${id}><${Button} large=${true} wide=${true} icon=${role === "carer" ? "users" : "user"} disabled=${steps.busy}
        label=${t(role === "carer" ? "my.choice_carer" : "my.choice_patient", { name })} onClick=${() => steps.choose(id)} testid="choice" /></li>`)}
    </ul>
    <${Button} kind="plain" label=${t("my.other_contact")} onClick=${steps.restart} />
  </div>`;
}

export function PersonSignIn() {
  const steps = useSteps();
  const { step } = steps;
  const first = useRef(true);
  useEffect(() => {
    if (step.name !== "contact") first.current = false;
  }, [step.name]);
  const view = {
    contact: () => html`<${ContactStep} steps=${steps} isFirst=${first.current} />`,
    code: () => step.name === "code" && html`<${CodeStep} steps=${steps} step=${step} />`,
    choice: () => step.name === "choice" && html`<${ChoiceStep} steps=${steps} choices=${step.choices} />`,
  }[step.name];
  return html`<div class="page page--narrow my">${view()}</div>`;
}
