/** Before the call: what talking with this person takes, so that whoever answers knows it. */
import { html } from "../../vendor/preact.js";
import { OwnNeeds } from "./own_needs.js";

/** @param {{visit: import("../pages/join/visit.js").Visit}} props */
export function NeedsStep({ visit }) {
  const call = visit.call.value;
  const me = call?.participants.find((one) => one.id === call.you.participant_id);
  return html`<div class="card needs-step"><${OwnNeeds} said=${me?.needs ?? []} tell=${(/** @type {string[]} */ needs) => visit.link?.command("needs", { needs })} /></div>`;
}
