/** Whether anything may be heard at one caller. Staff may make it silent; where somebody has come, that person alone ends it. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Icon } from "../components/icon.js";
import { Switch } from "../components/switch.js";
import { toast } from "../components/toast.js";
import { setSilent } from "./commands.js";
import { refusalWords } from "./delivery_line.js";

/** @param {{incident: import("../../core/messages.js").Incident, caller: import("../../core/messages.js").IncidentCaller, named: boolean}} props `named`: there are others */
export function SilencePart({ incident, caller, named }) {
  const kept = caller.silent && caller.opened_at !== null;
  const name = caller.name;
  if (kept) return html`<p class="silence-kept" role="status" data-testid="silence-kept"><${Icon} name="volume-x" size=${18} />${named ? t("incident.silence_kept_of", { name }) : t("incident.silence_kept")}</p>`;
  const choose = (/** @type {boolean} */ silent) => void setSilent(incident.id, caller.participant_id, silent).catch((error) => toast(refusalWords(error)));
  return html`<${Switch} label=${named ? t("incident.silent_of", { name }) : t("incident.silent_on")} checked=${caller.silent} onChange=${choose} testid="incident-silent" />`;
}
