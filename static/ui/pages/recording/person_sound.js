/** How loud one person is, where a tile has no room for it. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { useReview } from "./review.js";

/** @param {{participantId: string, name: string}} props */
export function PersonSound({ participantId, name }) {
  const { player } = useReview();
  void player.sounds.value; // Drawn again when it changes.
  const { muted, volume } = player.sound(participantId);
  const set = (/** @type {Event} */ event) => player.setSound(participantId, { volume: Number(/** @type {HTMLInputElement} */ (event.currentTarget).value) / 100, muted: false });
  return html`<span class="person-sound"><${Button} kind="icon" icon=${muted ? "volume-x" : "volume-2"} pressed=${muted} label=${t("review.mute_person", { name })} onClick=${() => player.setSound(participantId, { muted: !muted })} testid="mute-listed" />
    <input type="range" min="0" max="100" step="5" value=${Math.round(volume * 100)} aria-label=${t("review.volume_of", { name })} onInput=${set} /></span>`;
}
