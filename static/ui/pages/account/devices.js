/** The sections of signed-in devices, of unlocking, and of the language of mails. */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { DateTime } from "../../components/date_time.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";
import { Skeleton } from "../../components/skeleton.js";
import { deviceName } from "../../device_name.js";
import { lockNow } from "../../identity/guard.js";
import { identityWords } from "../../identity/words.js";
import { languageOptions } from "../language_select.js";
import { change } from "./factors.js";
import { Line, Section } from "./section.js";
import { load } from "./store.js";

/** @typedef {import("./store.js").Login} Login */
/** @typedef {import("./store.js").Security} Security */

async function endAll() {
  await change(() => api.post("/me/logins/end", { keep_this: false }));
  location.replace("/sign-in");
}

/** @param {{logins: Login[] | null}} props */
export function DevicesSection({ logins }) {
  const [asks, setAsks] = useState(false);
  const end = (/** @type {string} */ id) => void change(() => api.post(`/me/logins/${id}/end`), t("identity.device_ended"));
  const endOthers = () => void change(() => api.post("/me/logins/end", { keep_this: true }), t("identity.others_ended"));
  const line = (/** @type {Login} */ one) => html`<${Line} key=${one.id} title=${deviceName(one.device)}
    meta=${html`${one.is_this && html`<${Badge} kind="brand">${t("identity.this_device")}</${Badge}>`} ${t("identity.seen")} <${DateTime} at=${one.last_seen_at} />`}
    end=${!one.is_this && html`<${Button} kind="plain" label=${t("rail.sign_out")} attributes=${{ "aria-label": t("identity.sign_out_named", { name: deviceName(one.device) }) }} onClick=${() => end(one.id)} testid="end-login" />`} />`;
  return html`<${Section} title=${t("identity.devices")} testid="section-devices">
    <p class="muted">${t("identity.devices_text")}</p>
    ${logins ? logins.map(line) : html`<${Skeleton} height="96px" />`}
    <div class="form__acts">
      ${(logins?.length ?? 0) > 1 && html`<${Button} label=${t("identity.end_others")} onClick=${endOthers} testid="end-others" />`}
      <${Button} kind="plain" label=${t("identity.end_all")} onClick=${() => setAsks(true)} testid="end-all" />
    </div>
    <${Dialog} title=${t("identity.end_all")} open=${asks} onClose=${() => setAsks(false)}
      actions=${html`<${Button} kind="plain" label=${t("identity.cancel")} onClick=${() => setAsks(false)} /><${Button} kind="danger" label=${t("identity.end_all_confirm")} onClick=${endAll} testid="end-all-confirm" />`}>
      <p>${t("identity.end_all_text")}</p></${Dialog}>
  </${Section}>`;
}

/** @param {{onClose: () => void}} props */
function SetPin({ onClose }) {
  const [pin, setPin] = useState("");
  const [fault, setFault] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!/^\d{6,12}$/.test(pin)) return setFault(t("identity.pin_missing"));
    try {
      await api.post("/me/pin", { pin });
      onClose();
      return load();
    } catch (error) {
      return setFault(identityWords(error));
    }
  };
  const digits = (/** @type {string} */ typed) => setPin(typed.replace(/\D/g, "").slice(0, 12));
  return html`<form class="form" onSubmit=${submit} novalidate>
    <${Field} label=${t("identity.pin")} hint=${t("identity.pin_hint")} type="password" value=${pin} onInput=${digits} error=${fault || undefined} autocomplete="off" testid="pin" attributes=${{ inputmode: "numeric" }} />
    <div class="form__acts"><${Button} kind="primary" type="submit" label=${t("identity.pin_save")} testid="pin-save" /><${Button} kind="plain" label=${t("identity.cancel")} onClick=${onClose} /></div>
  </form>`;
}

/** @param {{security: Security}} props */
export function UnlockSection({ security }) {
  const [open, setOpen] = useState(false);
  const remove = () => void change(() => api.post("/me/pin/remove"), t("identity.pin_removed"));
  return html`<${Section} title=${t("identity.lock_title")} testid="section-lock">
    <p class="muted">${security.idle_minutes ? t("identity.lock_after", { minutes: security.idle_minutes }) : t("identity.lock_never")}</p>
    <p>${t(security.has_pin ? "identity.pin_on" : "identity.pin_off")}</p>
    <div class="form__acts">
      <${Button} label=${t(security.has_pin ? "identity.pin_change" : "identity.pin_set")} onClick=${() => setOpen(true)} testid="pin-set" />
      ${security.has_pin && html`<${Button} kind="plain" label=${t("identity.pin_remove")} onClick=${remove} />`}
      <${Button} kind="plain" icon="lock" label=${t("identity.lock_now")} onClick=${lockNow} testid="lock-now" />
    </div>
    <${Dialog} title=${t("identity.pin_set")} open=${open} onClose=${() => setOpen(false)}>${open && html`<${SetPin} onClose=${() => setOpen(false)} />`}</${Dialog}>
  </${Section}>`;
}

/** @param {{security: Security}} props */
export function LanguageSection({ security }) {
  const options = [{ value: "", label: t("identity.language_clinic") }, ...languageOptions];
  const save = (/** @type {string} */ language) => void change(() => api.patch("/me", { language }), t("identity.saved"));
  return html`<${Section} title=${t("identity.language")}><${Select} label=${t("identity.language_mails")} value=${security.language} options=${options} onChange=${save} testid="mail-language" /></${Section}>`;
}
