/** The seat is live on another device: move the call here? Staff decide, because a forwarded link looks the same. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Notice } from "./notice.js";

/** @param {{visit: import("./visit.js").Visit, step: "ask" | "asked" | "denied"}} props */
export function MoveDevice({ visit, step }) {
  if (step === "asked") return html`<${Notice} icon="hourglass" title=${t("move.asked_title")} text=${t("move.asked_text")} testid="move-asked" />`;
  if (step === "denied") return html`<${Notice} icon="smartphone" kind="warn" title=${t("move.denied_title")} text=${t("move.denied_text")} testid="move-denied" />`;
  return html`<${Notice} icon="smartphone" title=${t("move.ask_title")} text=${t("move.ask_text")} testid="move-ask"
    actions=${html`<${Button} kind="primary" large=${true} wide=${true} label=${t("move.ask_action")} onClick=${() => void visit.askMove()} testid="move-here" />`} />`;
}

/** Another page of this browser, or the device the call moved to, has the seat. @param {{visit: import("./visit.js").Visit}} props */
export function Elsewhere({ visit }) {
  return html`<${Notice} icon="external-link" title=${t("elsewhere.title")} text=${t("elsewhere.text")} testid="elsewhere"
    actions=${html`<${Button} kind="primary" large=${true} wide=${true} label=${t("elsewhere.action")} onClick=${() => void visit.again()} />`} />`;
}
