/** "Freeze and draw": for staff, where somebody's picture of a scene is seen. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { useCall } from "../context.js";
import { freeze, freezing } from "./freeze.js";

/** @param {{participantId: string, disabled?: boolean, label?: string}} props */
export function FreezeButton({ participantId, disabled = false, label }) {
  const { session } = useCall();
  if (!session.can("draw")) return null;
  return html`<${Button} icon="pause" label=${label ?? t("draw.freeze")} busy=${freezing.value} disabled=${disabled} onClick=${() => void freeze(session.sessionId, participantId)} testid="freeze" />`;
}
