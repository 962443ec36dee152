/** Who is in danger must not stand in line: the emergency number, at the top of each page on which one may wait. */
import { html } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { clinicOfPage } from "../../../clinic.js";
import { Icon } from "../../../components/icon.js";
import { telephoneUri } from "../../../components/telephone.js";

export function EmergencyBanner() {
  const number = clinicOfPage().emergency;
  if (!number) return null;
  return html`<div class="banner banner--urgent emergency" role="note" aria-label=${t("line.emergency_label")} data-testid="emergency">
    <${Icon} name="siren" /><p class="banner__text">${t("line.emergency")} <a class="emergency__number" href=${telephoneUri(number)}>${t("line.emergency_call", { number })}</a></p>
  </div>`;
}
