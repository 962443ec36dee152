/** The link does not lead to anybody (any more), or another page took over: what happened, and the number to call. */
import { html, useEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Notice } from "../join/notice.js";

/** @typedef {import("./caller.js").Caller} Caller */

/** Links that will not open again. */
const OVER = new Set(["link_revoked", "visit_ended", "removed", "ended"]);

/** @param {{caller: Caller, code: string}} props */
export function Fault({ caller, code }) {
  useEffect(() => {
    const again = () => void caller.open();
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  if (OVER.has(code)) return html`<${Notice} icon="circle-check" title=${t("caller.over_title")} text=${t("caller.over_text")} code=${code} testid="caller-over" />`;
  if (code === "link_expired") return html`<${Notice} icon="hourglass" kind="warn" title=${t("caller.expired_title")} text=${t("caller.expired_text")} code=${code} testid="caller-expired" />`;
  if (code === "link_unknown") return html`<${Notice} icon="link" kind="warn" title=${t("caller.unknown_title")} text=${t("caller.unknown_text")} code=${code} testid="caller-unknown" />`;
  return html`<${Notice} icon="unplug" kind="warn" title=${t("caller.trouble_title")} text=${t("caller.trouble_text")} code=${code} testid="caller-trouble"
    actions=${html`<${Button} kind="primary" large=${true} wide=${true} icon="refresh-cw" label=${t("common.try_again")} onClick=${() => void caller.open()} testid="caller-again" />`} />`;
}

/** @param {{caller: Caller, step: "ask" | "asked" | "denied"}} props */
export function Move({ caller, step }) {
  const actions = step === "ask" && html`<${Button} kind="primary" large=${true} wide=${true} icon="smartphone" label=${t("caller.move_here")} onClick=${() => void caller.askMove()} testid="caller-move" />`;
  return html`<${Notice} icon="smartphone" title=${t("caller.move_title")} text=${t(`caller.move_${step}`)} actions=${actions} testid="caller-moving" />`;
}

/** @param {{caller: Caller}} props another page of this device has the call */
export function Elsewhere({ caller }) {
  return html`<${Notice} icon="smartphone" title=${t("caller.elsewhere_title")} text=${t("caller.elsewhere_text")} testid="caller-elsewhere"
    actions=${html`<${Button} kind="primary" large=${true} wide=${true} label=${t("caller.move_here")} onClick=${() => void caller.open()} />`} />`;
}

/** @param {{caller: Caller, reason: string}} props */
export function Goodbye({ caller, reason }) {
  if (reason === "left") {
    return html`<${Notice} icon="door-open" title=${t("caller.left_title")} text=${t("caller.left_text")} testid="caller-left"
      actions=${html`<${Button} kind="primary" large=${true} wide=${true} label=${t("caller.come_back")} onClick=${() => void caller.open()} />`} />`;
  }
  return html`<${Fault} caller=${caller} code="ended" />`;
}
