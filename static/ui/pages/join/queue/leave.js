/** Leaving the line: asked about, because the place is gone then. */
import { html, useState } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";

/** @param {{visit: import("../visit.js").Visit}} props */
export function LeaveLine({ visit }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const close = () => setAsking(false);
  const leave = () => {
    setBusy(true);
    void visit.leave();
  };
  return html`<${Button} icon="log-out" label=${t("line.leave")} onClick=${() => setAsking(true)} testid="leave-waiting" />
    <${Dialog} title=${t("line.leave_title")} open=${asking} onClose=${close}
      actions=${html`<${Button} label=${t("line.stay")} onClick=${close} /><${Button} kind="danger" label=${t("line.leave_now")} busy=${busy} onClick=${leave} testid="leave-confirm" />`}>
      <p>${t("line.leave_text")}</p>
    </${Dialog}>`;
}
