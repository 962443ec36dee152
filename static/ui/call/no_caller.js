/** Nobody of an incident is in the call: its link went out from the board, so there is nothing to send from here. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "../components/icon.js";

export function NoCaller() {
  return html`<div class="lobby__alone" role="status" data-testid="no-caller">
    <span class="lobby__icon"><${Icon} name="map-pin" size=${28} /></span>
    <h2>${t("incident.no_caller")}</h2>
    <p>${t("incident.no_caller_more", { tab: t("call.incident") })}</p>
  </div>`;
}
