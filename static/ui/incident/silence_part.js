/** Whether anything may be heard at one caller. Staff may make it silent; where somebody has come, that person alone ends it. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Icon } from "../components/icon.js";
import { Switch } from "../components/switch.js";
import { toast } from "../components/toast.js";
import { setSilent } from "./commands.js";
import { refusalWords } from "./delivery_line.js";

/** Asked where it cannot be taken back. @param {{title: string, onYes: () => void, onClose: () => void}} props */
function Question({ title, onYes, onClose }) {
  const actions = html`<${Button} label=${t("common.cancel")} onClick=${onClose} testid="silence-cancel" /><${Button} kind="primary" icon="volume-x" label=${t("incident.silent_make")} onClick=${onYes} testid="silence-confirm" />`;
  return html`<${Dialog} title=${title} open=${true} onClose=${onClose} actions=${actions} testid="silence-question"><p>${t("incident.silent_why")}</p></${Dialog}>`;
}

/** @param {{incident: import("../../core/messages.js").Incident, caller: import("../../core/messages.js").IncidentCaller, named: boolean}} props `named`: there are others */
export function SilencePart({ incident, caller, named }) {
  const [asking, setAsking] = useState(false);
  const hasCome = caller.opened_at !== null;
  const { name } = caller;
  if (caller.silent && hasCome) return html`<p class="silence-kept" role="status" data-testid="silence-kept"><${Icon} name="volume-x" size=${18} />${named ? t("incident.silence_kept_of", { name }) : t("incident.silence_kept")}</p>`;
  const send = (/** @type {boolean} */ silent) => {
    setAsking(false);
    void setSilent(incident.id, caller.participant_id, silent).catch((error) => toast(refusalWords(error)));
  };
  const choose = (/** @type {boolean} */ silent) => (silent && hasCome ? setAsking(true) : send(silent));
  const label = named ? t("incident.silent_of", { name }) : t("incident.silent_on");
  return html`<${Switch} label=${label} checked=${caller.silent} onChange=${choose} testid="incident-silent" />
    ${asking && html`<${Question} title=${label} onYes=${() => send(true)} onClose=${() => setAsking(false)} />`}`;
}
