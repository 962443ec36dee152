/** How an incident ends: closed, false alarm or nobody reached. All access ends with it; a summary stays. */
import { html, useMemo, useState } from "../../vendor/preact.js";
import { newCommandId } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Field } from "../components/field.js";
import { moveOn } from "./commands.js";
import { refusalWords } from "./delivery_line.js";

/** @typedef {"close" | "false_alarm" | "unreachable"} Ending */

const LONGEST_NOTE = 2000;
/** @type {{id: Ending, icon: string}[]} */
const ENDINGS = [{ id: "close", icon: "circle-check" }, { id: "false_alarm", icon: "circle-x" }, { id: "unreachable", icon: "phone-off" }];

/** @param {{incident: import("../../core/messages.js").Incident, open: boolean, onClose: () => void, onEnded: () => void}} props */
export function EndDialog({ incident, open, onClose, onEnded }) {
  const [ending, setEnding] = useState(/** @type {Ending} */ ("close"));
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const commandId = useMemo(newCommandId, [ending, note, open]); // Pressed again after a cut, it is the same end.
  const end = async () => {
    setBusy(true);
    setProblem("");
    try {
      await moveOn(incident.id, ending, note.trim(), commandId);
      onEnded();
    } catch (error) {
      setProblem(refusalWords(error));
    }
    setBusy(false);
  };
  const actions = html`<${Button} label=${t("incident.end_not")} onClick=${onClose} /><${Button} kind="danger" label=${t("incident.end_now")} busy=${busy} onClick=${() => void end()} testid="incident-end-now" />`;
  return html`<${Dialog} title=${t("incident.end_title")} open=${open} onClose=${onClose} actions=${actions} testid="end-dialog">
    <p>${t("incident.end_text")}</p>
    <div class="endings" role="radiogroup" aria-label=${t("incident.end_title")}>${ENDINGS.map(({ id }) => html`<label key=${id} class="ending"><input type="radio" name="ending" value=${id} checked=${ending === id} onChange=${() => setEnding(id)} data-testid=${`ending-${id}`} /><span>${t(`incident.end_${id}`)}</span></label>`)}</div>
    <${Field} label=${t("incident.end_note")} value=${note} multiline=${true} rows=${3} maxlength=${LONGEST_NOTE} onInput=${setNote} error=${problem || undefined} testid="end-note" />
  </${Dialog}>`;
}
