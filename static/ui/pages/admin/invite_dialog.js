/** Somebody new: name, address, role. The invitation goes by mail, or its link is shown to be passed on. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { copyText } from "../../copy_text.js";
import { accountProblem } from "./account_words.js";
import { RoleFields } from "./role_fields.js";

/** Something before and after one @; the server knows the rest. */
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * @param {{sites: import("./people.js").Site[], onDone: (invitation: import("./people.js").Invitation) => void, onClose: () => void}} props
 */
export function InviteDialog({ sites, onDone, onClose }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [place, setPlace] = useState({ role: "clinician", site: "", officer: false });
  const [faults, setFaults] = useState(/** @type {{name?: string, email?: string, form?: string}} */ ({}));
  const [busy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const lacking = { ...(!name.trim() && { name: t("admin.name_missing") }), ...(!ADDRESS.test(email.trim()) && { email: t("admin.email_wrong") }) };
    setFaults(lacking);
    if (lacking.name || lacking.email || busy) return;
    setBusy(true);
    try {
      const body = { name: name.trim(), email: email.trim(), role: place.role, language: language(), is_privacy_officer: place.officer, ...(place.site && { site_id: place.site }) };
      onDone((await api.post("/admin/users", body)).invitation);
    } catch (error) {
      setFaults({ form: accountProblem(error) });
    }
    setBusy(false);
  };
  return html`<${Dialog} title=${t("admin.invite")} open=${true} onClose=${onClose} testid="invite-dialog">
    <form class="form" noValidate onSubmit=${submit}>
      <${Field} label=${t("admin.name")} value=${name} onInput=${setName} error=${faults.name} maxlength=${80} autocomplete="off" testid="invite-name" />
      <${Field} label=${t("admin.email")} type="email" value=${email} onInput=${setEmail} error=${faults.email} maxlength=${254} autocomplete="off" testid="invite-email" />
      <${RoleFields} place=${place} sites=${sites} onChange=${setPlace} />
      ${faults.form && html`<p class="field__error" role="alert">${faults.form}</p>`}
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("admin.send_invitation")} busy=${busy} testid="invite-submit" /></div>
    </form>
  </${Dialog}>`;
}

/** @param {{link: string, onClose: () => void}} props a link that could not go by mail: shown once */
export function LinkDialog({ link, onClose }) {
  const copy = async () => toast(t((await copyText(link)) ? "link.copied" : "link.copy_failed"));
  return html`<${Dialog} title=${t("admin.pass_on")} open=${true} onClose=${onClose} testid="invitation-link"
    actions=${html`<${Button} label=${t("common.done")} onClick=${onClose} /><${Button} kind="primary" icon="copy" label=${t("link.copy")} onClick=${copy} />`}>
    <p>${t("admin.pass_on_hint")}</p>
    <${Field} label=${t("admin.invitation_link")} value=${link} onInput=${() => {}} readonly=${true} />
  </${Dialog}>`;
}
