/** The first thing a caller sees: whose page this is, the code, and one button. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Button } from "../../components/button.js";
import { useViewFocus } from "../../view_focus.js";
import { Code } from "./head.js";

/** @param {{caller: import("./caller.js").Caller}} props */
export function Start({ caller }) {
  const { name } = clinicOfPage();
  const heading = useViewFocus(name, { focus: false });
  const kind = caller.kind.value;
  const silent = caller.silent.value;
  return html`<div class=${silent ? "caller-page silent" : "caller-page"} data-testid="caller-start">
    ${silent && html`<div class="silent__head"><${Button} kind="danger" large=${true} wide=${true} icon="x" label=${t("caller.leave_quickly")} onClick=${() => void caller.leaveQuickly()} testid="leave-quickly" /></div>`}
    <div class="caller-page__say"><h1 ref=${heading} tabindex="-1">${t("caller.start_title")}</h1><p>${t(`caller.start_${kind}`, { name })}</p></div>
    <${Code} code=${caller.code.value} large=${true} />
    <div class="caller-page__act">
      <${Button} kind="primary" large=${true} wide=${true} icon=${kind === "location" ? "map-pin" : "siren"} label=${t(`caller.begin_${kind}`)} onClick=${() => caller.begin()} testid="caller-begin" />
      ${!silent && html`<${Button} large=${true} wide=${true} icon="volume-x" label=${t("caller.go_silent")} onClick=${() => caller.goSilent(true)} testid="caller-silent" />`}
    </div>
  </div>`;
}
