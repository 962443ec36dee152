/** Inviting a further person into the call: who they are, then their own link. The patient's link stands here as well. */
import { html, useMemo, useState } from "../../vendor/preact.js";
import { newCommandId } from "../../core/command_id.js";
import { t } from "../../core/i18n.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Field } from "../components/field.js";
import { Select } from "../components/select.js";
import { useCall } from "./context.js";
import { LinkCard, LinkShown } from "./link_card.js";
import { makeLink } from "./links.js";
import { failureWords, roleWord } from "./words.js";

/** @typedef {import("../../core/messages.js").Role} Role */
/** @type {Role[]} */
const INVITED = ["guest", "interpreter", "external_clinician", "observer"];

/** @param {{onMade: (link: import("../../core/messages.js").Link) => void}} props */
function Form({ onMade }) {
  const { session } = useCall();
  const [role, setRole] = useState(/** @type {Role | "again"} */ ("guest"));
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const commandId = useMemo(newCommandId, [role, name]);
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      onMade(await makeLink(session.sessionId, { role: /** @type {Role} */ (role), ...(name.trim() ? { name: name.trim() } : {}), command_id: commandId }));
    } catch (error) {
      setProblem(failureWords(error));
    }
    setBusy(false);
  };
  const options = [...INVITED.map((one) => ({ value: one, label: roleWord(one) })), { value: "again", label: t("call.patient_link") }];
  return html`<form class="invite-form" onSubmit=${make}>
    <${Select} label=${t("call.invite_who")} value=${role} options=${options} onChange=${setRole} />
    ${role === "again" ? html`<${LinkCard} />` : html`<p class="muted">${t(`call.invite_${role}`)}</p>
      <${Field} label=${t("call.invite_name")} value=${name} onInput=${setName} maxlength=${80} autocomplete="off" />
      <${Button} kind="primary" type="submit" icon="link" label=${t("call.make_link")} busy=${busy} testid="make-link" />`}
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </form>`;
}

export function InviteDialog() {
  const { view } = useCall();
  const [link, setLink] = useState(/** @type {import("../../core/messages.js").Link | null} */ (null));
  const close = () => { view.dialog.value = null; };
  return html`<${Dialog} title=${t("call.invite_person")} open=${true} onClose=${close} testid="invite-dialog"
    actions=${html`<${Button} label=${t("common.done")} onClick=${close} />`}>
    ${link ? html`<p>${t("call.invite_made")}</p><${LinkShown} link=${link} />` : html`<${Form} onMade=${setLink} />`}
  </${Dialog}>`;
}
