/** The sections of password and second factors. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { AppSetup } from "../../identity/app_setup.js";
import { NewPassword } from "../../identity/new_password.js";
import { createPasskey, passkeysPossible } from "../../identity/passkeys.js";
import { RecoveryCodes } from "../../identity/recovery_codes.js";
import { identityWords } from "../../identity/words.js";
import { Line, Section } from "./section.js";
import { load } from "./store.js";

/** @typedef {import("./store.js").Security} Security */

/** Runs a change, says what went wrong, and reads everything anew. @param {() => Promise<unknown>} work @param {string} [done] */
export async function change(work, done) {
  try {
    await work();
    if (done) toast(done);
  } catch (error) {
    toast(identityWords(error));
  }
  await load();
}

/** The codes are never shown again: closing before they are kept asks once. @param {{codes: string[], onClose: () => void}} props */
function CodesDialog({ codes, onClose }) {
  const [asked, setAsked] = useState(false);
  const done = () => {
    setAsked(false);
    onClose();
  };
  const leave = () => (asked ? done() : setAsked(true));
  return html`<${Dialog} title=${t("identity.recovery_title")} open=${codes.length > 0} onClose=${leave} testid="codes-dialog">
    <div role="alert">${asked && html`<${Banner} kind="urgent" testid="codes-unkept">${t("identity.recovery_unkept")}</${Banner}>`}</div>
    <${RecoveryCodes} codes=${codes} onKept=${done} /></${Dialog}>`;
}

/** @param {{email: string}} props */
export function PasswordSection({ email }) {
  const [open, setOpen] = useState(false);
  const save = async (/** @type {string} */ password) => {
    await api.post("/me/password", { password });
    setOpen(false);
    toast(t("identity.password_changed"));
    await load();
  };
  return html`<${Section} title=${t("identity.password")} testid="section-password">
    <p class="muted">${t("identity.password_text")}</p>
    <div><${Button} label=${t("identity.change_password")} onClick=${() => setOpen(true)} testid="change-password" /></div>
    <${Dialog} title=${t("identity.change_password")} open=${open} onClose=${() => setOpen(false)}><${NewPassword} email=${email} submit=${t("identity.set_password")} save=${save} onCancel=${() => setOpen(false)} /></${Dialog}>
  </${Section}>`;
}

/** @param {{security: Security}} props */
export function AppSection({ security }) {
  const [open, setOpen] = useState(false);
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  const confirm = async (/** @type {string} */ code) => {
    const answer = await api.post("/me/totp/confirm", { code });
    setOpen(false);
    setCodes(answer.recovery_codes);
    toast(t("identity.app_added"));
    await load();
  };
  const [removing, setRemoving] = useState(false);
  const remove = () => {
    setRemoving(false);
    void change(() => api.post("/me/totp/remove"), t("identity.app_removed"));
  };
  const actions = html`<${Button} label=${t("identity.cancel")} onClick=${() => setRemoving(false)} /><${Button} kind="danger" icon="trash-2" label=${t("identity.remove")} onClick=${remove} testid="totp-remove-now" />`;
  return html`<${Section} title=${t("identity.app")} testid="section-totp">
    ${security.totp
      ? html`<${Line} title=${t("identity.app_on")} meta=${html`<${DateTime} at=${security.totp.since} />`} end=${html`<${Button} kind="plain" icon="trash-2" label=${t("identity.remove")} onClick=${() => setRemoving(true)} testid="totp-remove" />`} />`
      : html`<p class="muted">${t("identity.app_text")}</p><div><${Button} icon="smartphone" label=${t("identity.app_add")} onClick=${() => setOpen(true)} testid="totp-add" /></div>`}
    <${Dialog} title=${t("identity.app_add")} open=${open} onClose=${() => setOpen(false)}>${open && html`<${AppSetup} begin=${() => api.post("/me/totp")} confirm=${confirm} onCancel=${() => setOpen(false)} />`}</${Dialog}>
    <${Dialog} title=${t("identity.app_remove_ask")} open=${removing} onClose=${() => setRemoving(false)} actions=${actions}><p>${t("identity.app_remove_text")}</p></${Dialog}>
    <${CodesDialog} codes=${codes} onClose=${() => setCodes([])} />
  </${Section}>`;
}

/** @param {{onClose: () => void, onCodes: (codes: string[]) => void}} props */
function AddPasskey({ onClose, onCodes }) {
  const [name, setName] = useState(t("identity.passkey_name_default"));
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy || !name.trim()) return;
    setBusy(true);
    setFault("");
    try {
      const { token, options } = await api.post("/me/passkeys/options");
      const answer = await api.post("/me/passkeys", { token, credential: await createPasskey(options), name: name.trim() });
      onClose();
      onCodes(answer.recovery_codes);
      toast(t("identity.passkey_added"));
      await load();
    } catch (error) {
      setFault(identityWords(error));
      setBusy(false);
    }
  };
  return html`<form class="form" onSubmit=${submit} novalidate>
    <p>${t("identity.passkey_add_text")}</p>
    ${fault && html`<${Banner} kind="urgent">${fault}</${Banner}>`}
    <${Field} label=${t("identity.passkey_name")} value=${name} onInput=${setName} maxlength=${80} testid="passkey-name" />
    <div class="form__acts"><${Button} kind="primary" type="submit" busy=${busy} label=${t("identity.passkey_make")} testid="passkey-make" />
      <${Button} kind="plain" label=${t("identity.cancel")} onClick=${onClose} /></div>
  </form>`;
}

/** @param {{security: Security}} props */
export function PasskeySection({ security }) {
  const [open, setOpen] = useState(false);
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  const remove = (/** @type {string} */ id) => void change(() => api.post(`/me/passkeys/${id}/remove`), t("identity.passkey_removed"));
  const meta = (/** @type {Security["passkeys"][number]} */ one) => (one.last_used_at ? html`${t("identity.last_used")} <${DateTime} at=${one.last_used_at} />` : html`${t("identity.added")} <${DateTime} at=${one.created_at} />`);
  return html`<${Section} title=${t("identity.passkeys")} testid="section-passkeys">
    <p class="muted">${t("identity.passkeys_text")}</p>
    ${security.passkeys.map((one) => html`<${Line} key=${one.id} title=${one.name} meta=${meta(one)}
      end=${html`<${Button} kind="plain" icon="trash-2" label=${t("identity.remove")} attributes=${{ "aria-label": t("identity.remove_named", { name: one.name }) }} onClick=${() => remove(one.id)} testid="passkey-remove" />`} />`)}
    ${passkeysPossible() ? html`<div><${Button} icon="shield-check" label=${t("identity.passkey_add")} onClick=${() => setOpen(true)} testid="passkey-add" /></div>` : html`<p class="muted small">${t("identity.passkeys_not_here")}</p>`}
    <${Dialog} title=${t("identity.passkey_add")} open=${open} onClose=${() => setOpen(false)}>${open && html`<${AddPasskey} onClose=${() => setOpen(false)} onCodes=${setCodes} />`}</${Dialog}>
    <${CodesDialog} codes=${codes} onClose=${() => setCodes([])} />
  </${Section}>`;
}

/** @param {{security: Security}} props */
export function RecoverySection({ security }) {
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  const hasFactor = !!security.totp || security.passkeys.length > 0;
  const make = () => void change(async () => setCodes((await api.post("/me/recovery-codes")).recovery_codes));
  return html`<${Section} title=${t("identity.recovery_title")} testid="section-recovery">
    <p class="muted">${t("identity.recovery_about")}</p>
    ${hasFactor && html`<p data-testid="codes-left">${t("identity.recovery_left", { count: security.recovery_codes })}</p>`}
    ${hasFactor ? html`<div><${Button} icon="file-text" label=${t("identity.recovery_new")} onClick=${make} testid="codes-new" /></div>` : html`<p class="muted small">${t("identity.error_no_factor")}</p>`}
    <${CodesDialog} codes=${codes} onClose=${() => setCodes([])} />
  </${Section}>`;
}
