/** The link does not lead to a visit: why, and the way on. */
import { html, useEffect } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { LINK_FAULTS } from "./flow.js";
import { Notice } from "./notice.js";
import { RecoverLink } from "./recover_link.js";

/** @type {Record<string, {icon: string, recover: boolean}>} */
const FAULTS = {
  link_unknown: { icon: "link", recover: false },
  link_expired: { icon: "calendar", recover: true },
  link_revoked: { icon: "link", recover: true },
  visit_ended: { icon: "circle-check", recover: true },
  removed: { icon: "door-open", recover: false },
};

/** @param {{visit: import("./visit.js").Visit, code: string}} props not the link's fault: network or server */
function Unreachable({ visit, code }) {
  const offline = code === "offline";
  // When the device finds a network again nobody should have to press anything.
  useEffect(() => {
    const again = () => void visit.open();
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  return html`<${Notice} icon=${offline ? "wifi-off" : "unplug"} kind="warn" title=${t(offline ? "fault.offline_title" : "fault.trouble_title")}
    text=${t(offline ? "fault.offline_text" : "fault.trouble_text")} code=${code} testid="link-trouble"
    actions=${html`<${Button} kind="primary" large=${true} wide=${true} icon="refresh-cw" label=${t("common.try_again")} onClick=${() => void visit.open()} />`}><p><a href="/check" target="_blank" rel="noopener">${t("ways.link")}</a></p></${Notice}>`;
}

/** @param {{visit: import("./visit.js").Visit, code: string}} props */
export function LinkFault({ visit, code }) {
  if (!LINK_FAULTS.has(code)) return html`<${Unreachable} visit=${visit} code=${code} />`;
  const { icon, recover } = FAULTS[code] ?? { icon: "link", recover: false };
  return html`<${Notice} icon=${icon} kind="warn" title=${t(`fault.${code}_title`)} text=${t(`fault.${code}_text`)} code=${code} testid="link-fault"
    actions=${recover && html`<${RecoverLink} visit=${visit} />`} />`;
}
