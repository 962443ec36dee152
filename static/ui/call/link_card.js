/** The patient's link: to copy, to scan, to make anew. */
import { html, useRef, useState } from "../../vendor/preact.js";
import { newCommandId } from "../../core/command_id.js";
import { t } from "../../core/i18n.js";
import { askToNotify } from "../../core/notify.js";
import { Button } from "../components/button.js";
import { Field } from "../components/field.js";
import { QR } from "../components/qr.js";
import { toast } from "../components/toast.js";
import { copyText } from "../copy_text.js";
import { useCall } from "./context.js";
import { keepLink, makeLink, recallLink } from "./links.js";
import { failureWords } from "./words.js";

/** @typedef {import("../../core/messages.js").Link} Link */

/** @param {{link: Link, primary?: boolean}} props */
export function LinkShown({ link, primary = true }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(link.url);
    setCopied(done);
    void askToNotify(); // who gives the link away waits for somebody, perhaps in another window
    toast(t(done ? "link.copied" : "link.copy_failed"));
  };
  const selectAll = (/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.target).select();
  return html`<div class="link">
    <div class="link__row">
      <${Field} label=${t("link.label")} value=${link.url} onInput=${() => {}} readonly=${true} testid="invite-link" attributes=${{ onFocus: selectAll }} />
      <${Button} kind=${primary ? "primary" : "quiet"} icon=${copied ? "check" : "copy"} label=${t("link.copy")} onClick=${copy} testid="copy-link" />
    </div>
    <div class="link__qr"><${QR} rows=${link.qr} label=${t("link.qr_label")} testid="invite-qr" /><p class="muted">${t("call.scan_hint")}</p></div>
  </div>`;
}

/** The patient's link, made with the session; when this tab does not know it (any more), a further one to the same seat. */
export function LinkCard() {
  const { session } = useCall();
  const [link, setLink] = useState(() => recallLink(session.sessionId));
  const [busy, setBusy] = useState(false);
  const commandId = useRef("");
  const make = async () => {
    setBusy(true);
    commandId.current ||= newCommandId();
    const seat = session.state.value?.participants.find((one) => one.role === "patient");
    try {
      const made = await makeLink(session.sessionId, { role: "patient", ...(seat ? { participant_id: seat.id } : {}), command_id: commandId.current });
      keepLink(session.sessionId, made);
      setLink(made);
    } catch (error) {
      toast(failureWords(error));
    }
    setBusy(false);
  };
  if (link) return html`<${LinkShown} link=${link} />`;
  return html`<div class="link link--none"><p class="muted">${t("call.link_shown_once")}</p><${Button} kind="primary" icon="link" label=${t("call.new_link")} busy=${busy} onClick=${make} testid="new-link" /></div>`;
}
