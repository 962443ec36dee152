/** The link leads to no waiting room, or we cannot be reached: why, and the way on. */
import { html, useEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Notice } from "../join/notice.js";

/** @param {{visit: import("./walk_in.js").WalkIn, code: string}} props */
export function WrongLink({ visit, code }) {
  const isLink = code === "walk_in_unknown" || code === "walk_in_revoked";
  const offline = code === "offline";
  // When the device finds a network again nobody should have to press anything.
  useEffect(() => {
    const again = () => void (isLink || visit.open());
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [isLink]);
  if (isLink) return html`<${Notice} icon="link" kind="warn" title=${t(`walk.${code}_title`)} text=${t(`walk.${code}_text`)} code=${code} testid="walk-fault" />`;
  return html`<${Notice} icon=${offline ? "wifi-off" : "unplug"} kind="warn" title=${t(offline ? "fault.offline_title" : "walk.trouble_title")} text=${t(offline ? "fault.offline_text" : "walk.trouble_text")} code=${code} testid="walk-trouble"
    actions=${html`<${Button} kind="primary" large=${true} wide=${true} icon="refresh-cw" label=${t("common.try_again")} onClick=${() => void visit.open()} />`} />`;
}
