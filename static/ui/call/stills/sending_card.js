/** The picture on its way: how much of it is there, why it waits, and how to call it off. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Card } from "../recording/card.js";
import { sending, taking } from "./desk.js";
import { faultWords, megabytes, waitingWords } from "./words.js";

function Failed() {
  const { upload, progress } = /** @type {NonNullable<typeof sending.value>} */ (sending.value);
  const again = () => {
    sending.value = null;
    taking.value = { stillId: null };
  };
  const acts = html`<${Button} kind="primary" icon="camera" label=${t("still.again")} onClick=${again} testid="still-again" />
    <${Button} label=${t("component.close")} onClick=${() => { sending.value = null; }} testid="still-put-away" />`;
  return html`<${Card} title=${t("still.failed_title")} actions=${acts} testid="still-failed" key=${upload.stillId}><p role="alert">${faultWords(progress.fault)}</p></${Card}>`;
}

export function SendingCard() {
  if (!sending.value) return null;
  const { upload, progress } = sending.value;
  if (progress.state === "failed") return html`<${Failed} />`;
  if (progress.state !== "sending") return null;
  const cancel = () => {
    void upload.cancel();
    sending.value = null;
  };
  const words = t("still.sent", { sent: megabytes(progress.sent), size: megabytes(progress.size) });
  const acts = html`<${Button} label=${t("still.cancel")} onClick=${cancel} testid="still-cancel" />`;
  return html`<${Card} title=${t("still.sending_title")} actions=${acts} testid="still-sending">
    <progress class="still-progress" max=${progress.size} value=${progress.sent} aria-label=${t("still.sending_title")} aria-valuetext=${words}></progress>
    <p class="still-numbers" data-testid="still-numbers">${words}</p>
    <p class="muted" role="status" data-testid="still-waiting">${waitingWords(progress.waiting) || t("still.sending_text")}</p>
  </${Card}>`;
}
