/** A new link to the patient's seat, for one who could not use the old one: shown once, to copy or to scan. */
import { html, useEffect, useMemo, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { QR } from "../../components/qr.js";
import { Skeleton } from "../../components/skeleton.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";
import { copyText } from "../../copy_text.js";
import { visitName } from "../../visit_name.js";

/** @typedef {import("../../../core/messages.js").Link} Link */

/**
 * @param {string} sessionId
 * @param {string} commandId
 * @returns {Promise<Link>}
 */
async function makeLink(sessionId, commandId) {
  const detail = await api.get(`/sessions/${sessionId}`);
  const patient = detail.participants.find((/** @type {{role: string}} */ one) => one.role === "patient");
  const seat = patient ? { participant_id: patient.id } : {};
  const answer = await api.post(`/sessions/${sessionId}/links`, { role: "patient", ...seat, command_id: commandId });
  return answer.link;
}

/** @param {{link: Link}} props */
function LinkCard({ link }) {
  const copy = async () => toast(t((await copyText(link.url)) ? "link.copied" : "link.copy_failed"));
  return html`<div class="invite">
    <p class="muted">${t("link.send_this")}</p>
    <${QR} rows=${link.qr} label=${t("link.qr_label")} testid="invite-qr" />
    <div class="invite__link">
      <${Field} label=${t("link.label")} value=${link.url} onInput=${() => {}} readonly=${true} testid="invite-link" attributes=${{ onFocus: (/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select() }} />
      <${Button} kind="primary" icon="copy" label=${t("link.copy")} onClick=${copy} />
    </div>
  </div>`;
}

/** @param {{task: import("./staff_state.js").Task, onClose: () => void}} props */
export function LinkDialog({ task, onClose }) {
  const commandId = useMemo(newCommandId, [task.session_id]);
  const [link, setLink] = useState(/** @type {Link | null} */ (null));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    makeLink(task.session_id, commandId).then(setLink, (error) => setProblem(problemWords(error)));
  }, [commandId]);
  return html`<${Dialog} title=${t("today.task_link", { name: visitName(task) || t("today.unnamed") })} open=${true} onClose=${onClose}
    actions=${html`<${Button} label=${t("common.done")} onClick=${onClose} />`}>
    ${link && html`<${LinkCard} link=${link} />`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    ${!link && !problem && html`<div class="invite" aria-busy="true"><${Skeleton} width="240px" height="240px" /></div>`}
  </${Dialog}>`;
}
