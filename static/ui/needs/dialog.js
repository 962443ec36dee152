/** In the call: what talking with me takes. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { useCall } from "../call/context.js";
import { OwnNeeds } from "./own_needs.js";

export function NeedsDialog() {
  const { session, view } = useCall();
  const close = () => { view.dialog.value = null; };
  return html`<${Dialog} title=${t("needs.menu")} open=${true} onClose=${close} testid="needs-dialog" actions=${html`<${Button} kind="primary" label=${t("needs.done")} onClick=${close} />`}>
    <${OwnNeeds} said=${session.me.value?.needs ?? []} tell=${(/** @type {string[]} */ needs) => session.command("needs", { needs })} />
  </${Dialog}>`;
}
