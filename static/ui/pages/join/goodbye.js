/** After the visit: a kind sentence for each way it can end, and the way back where there is one. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Notice } from "./notice.js";
import { RecoverLink } from "./recover_link.js";

/** @typedef {import("../../../core/messages.js").GoodbyeReason} GoodbyeReason */

/** @type {Record<GoodbyeReason, {icon: string, kind: "ok" | "plain" | "warn", way: "again" | "recover" | "none"}>} */
const ENDS = {
  ended: { icon: "circle-check", kind: "ok", way: "none" },
  left: { icon: "log-out", kind: "plain", way: "again" },
  moved: { icon: "smartphone", kind: "ok", way: "none" },
  denied: { icon: "door-open", kind: "warn", way: "recover" },
  removed: { icon: "door-open", kind: "warn", way: "recover" },
};

/** @param {{visit: import("./visit.js").Visit, reason: GoodbyeReason}} props */
export function Goodbye({ visit, reason }) {
  const end = ENDS[reason];
  const again = html`<${Button} kind="primary" large=${true} wide=${true} icon="log-in" label=${t("goodbye.again")} onClick=${() => void visit.again()} testid="join-again" />`;
  const ways = { again, recover: html`<${RecoverLink} visit=${visit} primary=${false} />`, none: null };
  return html`<${Notice} icon=${end.icon} kind=${end.kind} title=${t(`goodbye.${reason}_title`)} text=${t(`goodbye.${reason}_text`)} actions=${ways[end.way]} testid="goodbye" />`;
}
