/** Beside the stage: show the caller something on its own picture. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { FreezeButton } from "../call/draw/freeze_button.js";
import { useCall } from "../call/context.js";

/** @param {{participantId: string, disabled: boolean}} props */
export function DrawPart({ participantId, disabled }) {
  const { session } = useCall();
  if (!session.can("draw")) return null;
  const person = session.others.value.find((one) => one.id === participantId);
  const seen = Boolean(person?.tracks.some((one) => one.source === "camera"));
  return html`<section class="incident-part" aria-label=${t("draw.part")} data-testid="draw-part">
    <h2>${t("draw.part")}</h2>
    <p class="muted small">${t(seen ? "draw.part_hint" : "draw.part_no_picture")}</p>
    <${FreezeButton} participantId=${participantId} disabled=${disabled || !seen} />
  </section>`;
}
