/** Does this number or address reach the person? A code goes there; the person reads it out. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { toast } from "../../components/toast.js";
import { DemoCode } from "../demo_code.js";
import { useAct } from "./act.js";

const DIGITS = 6;

/** @typedef {import("../patients/messages.js").Channel} Channel */

/** @param {{patientId: string, channel: Channel, onClose: () => void, onChanged: () => void}} props */
export function VerifyDialog({ patientId, channel, onClose, onChanged }) {
  const [sentAt, setSentAt] = useState(0);
  const sent = sentAt > 0;
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => input.current?.focus(), [sentAt]);
  const [code, setCode] = useState("");
  const { busy, problem, run } = useAct();
  const path = `/patients/${patientId}/channels/${channel.id}`;
  const send = () => run(async () => {
    await api.post(`${path}/code`);
    setCode("");
    setSentAt(Date.now());
  });
  const verify = () => run(async () => {
    await api.post(`${path}/verify`, { code });
    toast(t("patient.verified_now", { value: channel.shown }));
    onChanged();
    onClose();
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (code.length === DIGITS) void verify();
  };
  const main = sent
    ? html`<${Button} kind="primary" label=${t("patient.verify")} busy=${busy} disabled=${code.length !== DIGITS} onClick=${verify} testid="verify-code" />`
    : html`<${Button} kind="primary" label=${t("my.send_code")} busy=${busy} onClick=${send} testid="send-channel-code" />`;
  return html`<${Dialog} title=${t("patient.verify_title", { value: channel.shown })} open=${true} onClose=${onClose}
    actions=${html`<${Button} label=${t("common.cancel")} onClick=${onClose} />${main}`}>
    <p role="status">${t(sent ? "patient.verify_sent" : "patient.verify_text")}</p>
    ${sent && html`<${DemoCode} contact=${channel.value} asked=${sentAt} />`}
    ${sent && html`<form class="form" onSubmit=${submit}>
      <${Field} label=${t("my.code")} value=${code} onInput=${(/** @type {string} */ typed) => setCode(typed.replace(/\D/g, "").slice(0, DIGITS))} autocomplete="off" inputRef=${input} testid="channel-code"
        error=${problem || undefined} attributes=${{ inputmode: "numeric" }} />
      <div><${Button} kind="plain" label=${t("my.again")} disabled=${busy} onClick=${send} testid="channel-code-again" /></div>
    </form>`}
    ${!sent && problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
  </${Dialog}>`;
}
