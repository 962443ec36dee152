/** How an incident ends: closed, false alarm or nobody reached. All access ends with it; a summary stays. */
import { html, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Field } from "../components/field.js";
import { useTyped } from "../use_typed.js";
import { moveOn } from "./commands.js";
import { refusalWords } from "./delivery_line.js";

/** @typedef {"close" | "false_alarm" | "unreachable"} Ending */

const LONGEST_NOTE = 2000;
/** @type {{id: Ending, icon: string}[]} */
const ENDINGS = [{ id: "close", icon: "circle-check" }, { id: "false_alarm", icon: "circle-x" }, { id: "unreachable", icon: "phone-off" }];

/** @typedef {{incident: import("../../core/messages.js").Incident, onClose: () => void, onEnded: () => void}} Props */

/** @param {Props & {open: boolean}} props */
export function EndDialog({ open, ...props }) {
  return open ? html`<${EndForm} key=${props.incident.id} ...${props} />` : null;
}

/** @param {Props} props */
function EndForm({ incident, onClose, onEnded }) {
  const { fields, set, commandId, clear } = useTyped(`incident-end ${incident.id}`, { ending: "close", note: "" });
  const { ending, note } = fields;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const end = async () => {
    setBusy(true);
    setProblem("");
    try {
      await moveOn(incident.id, /** @type {Ending} */ (ending), note.trim(), commandId); // Pressed again after a cut, it is the same end.
      clear();
      onEnded();
    } catch (error) {
      setProblem(refusalWords(error));
    }
    setBusy(false);
  };
  const actions = html`<${Button} label=${t("incident.end_not")} onClick=${onClose} /><${Button} kind="danger" label=${t("incident.end_now")} busy=${busy} onClick=${() => void end()} testid="incident-end-now" />`;
  return html`<${Dialog} title=${t("incident.end_title")} open=${true} onClose=${onClose} actions=${actions} testid="end-dialog">
    <p>${t("incident.end_text")}</p>
    <div class="endings" role="radiogroup" aria-label=${t("incident.end_title")}>${ENDINGS.map(({ id }) => html`<label key=${id} class="ending"><input type="radio" name="ending" value=${id} checked=${ending === id} onChange=${() => set({ ending: id })} data-testid=${`ending-${id}`} /><span>${t(`incident.end_${id}`)}</span></label>`)}</div>
    <${Field} label=${t("incident.end_note")} value=${note} multiline=${true} rows=${3} maxlength=${LONGEST_NOTE} onInput=${(/** @type {string} */ words) => set({ note: words })} error=${problem || undefined} testid="end-note" />
  </${Dialog}>`;
}
