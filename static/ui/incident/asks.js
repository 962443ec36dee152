/** What can be asked of the caller with one click; each shows whether it was seen there. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";

/** @typedef {import("../../core/messages.js").Instruction} Instruction */
/** @typedef {{id: string, kind: string, value?: string | number, icon: string, key: string}} AskKind */

/** How much "Enlarge" enlarges. */
const ZOOM_IN = 2;

/** @type {AskKind[]} */
const ASKS = [
  { id: "rear", kind: "camera", value: "rear", icon: "refresh-cw", key: "incident.ask_rear" },
  { id: "front", kind: "camera", value: "front", icon: "user", key: "incident.ask_front" },
  { id: "light", kind: "light", value: "on", icon: "flashlight", key: "incident.ask_light" },
  { id: "zoom", kind: "zoom", value: ZOOM_IN, icon: "search", key: "incident.ask_zoom" },
  { id: "closer", kind: "closer", icon: "maximize", key: "incident.ask_closer" },
  { id: "hold-still", kind: "hold_still", icon: "hand", key: "incident.ask_hold_still" },
  { id: "turn", kind: "turn", icon: "scan", key: "incident.ask_turn" },
];
/** What is taken back by asking for the opposite. @type {Record<string, {value: string | number, key: string}>} */
const OPPOSITES = { light: { value: "off", key: "incident.ask_light_off" }, zoom: { value: 1, key: "incident.ask_zoom_out" } };

/** The newest of each kind that still holds. @param {readonly Instruction[]} instructions @param {string} kind */
function holding(instructions, kind) {
  return [...instructions].reverse().find((one) => one.kind === kind && !one.cleared_at) ?? null;
}

/** @param {{instructions: readonly Instruction[], disabled: boolean, onAsk: (kind: string, value?: string | number) => void, onPhoto?: (() => void) | undefined, photoOpen?: boolean}} props `onPhoto`: where pictures at full size can be had; `photoOpen`: one is on its way */
export function Asks({ instructions, disabled, onAsk, onPhoto, photoOpen = false }) {
  return html`<section class="incident-part" aria-label=${t("incident.asks")} data-testid="asks">
    <h2>${t("incident.asks")}</h2>
    <div class="ask-buttons">${ASKS.map(({ id, kind, value, icon, key }) => {
      const held = holding(instructions, kind);
      const on = held !== null && (value === undefined || held.value === value || (kind === "zoom" && Number(held.value) > 1));
      const opposite = on ? OPPOSITES[kind] : undefined;
      return html`<${Button} key=${id} icon=${on && held?.shown_at ? "check" : icon} label=${t(opposite?.key ?? key)} pressed=${on} disabled=${disabled}
        onClick=${() => onAsk(kind, opposite?.value ?? value)} testid=${`ask-${id}`} attributes=${{ "data-shown": String(Boolean(on && held?.shown_at)) }} />`;
    })}${onPhoto && html`<${Button} icon="camera" label=${t(photoOpen ? "incident.photo_open" : "incident.ask_photo")} pressed=${photoOpen} disabled=${disabled || photoOpen} onClick=${onPhoto} testid="ask-photo" />`}</div>
  </section>`;
}
