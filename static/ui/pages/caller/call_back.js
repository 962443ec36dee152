/** The way that always works: the number. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Button } from "../../components/button.js";
import { telephoneUri } from "../../components/telephone.js";

export function CallBack() {
  const { phone, emergency } = clinicOfPage();
  const number = phone || emergency;
  return html`<${Button} large=${true} wide=${true} icon="phone" label=${t("caller.call_back", { number })} href=${telephoneUri(number)} testid="call-back" />`;
}
