/** Somebody's role, site and office. Changing them ends that person's logins. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { toast } from "../../components/toast.js";
import { accountProblem } from "./account_words.js";
import { RoleFields } from "./role_fields.js";

/**
 * @param {{account: import("./people.js").Account, sites: import("./people.js").Site[], onDone: () => void, onClose: () => void}} props
 */
export function AccountDialog({ account, sites, onDone, onClose }) {
  const before = { role: account.role, site: account.site_id ?? "", officer: account.is_privacy_officer };
  const [place, setPlace] = useState(before);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const save = async () => {
    const path = `/admin/users/${account.id}`;
    if (place.role !== before.role || place.officer !== before.officer) await api.post(`${path}/role`, { role: place.role, is_privacy_officer: place.officer });
    if (place.site !== before.site) await api.post(`${path}/site`, { site_id: place.site || null });
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      await save();
      toast(t("admin.account_saved", { name: account.name }));
      onDone();
    } catch (error) {
      setBusy(false);
      setProblem(accountProblem(error));
    }
  };
  return html`<${Dialog} title=${account.name} open=${true} onClose=${onClose} testid="account-dialog">
    <form class="form" onSubmit=${submit}>
      <${RoleFields} place=${place} sites=${sites} onChange=${setPlace} />
      <p class="muted">${t("admin.account_hint")}</p>
      ${problem && html`<p class="field__error" role="alert">${problem}</p>`}
      <div class="dialog__buttons"><${Button} label=${t("common.cancel")} onClick=${onClose} /><${Button} kind="primary" type="submit" label=${t("common.save")} busy=${busy} testid="account-save" /></div>
    </form>
  </${Dialog}>`;
}
