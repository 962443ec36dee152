/** What one can do with a tile: pin it, show all of the picture or fill the tile; for staff also hold, resume and remove. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { Button } from "../components/button.js";
import { Menu } from "../components/menu.js";
import { useCall } from "./context.js";
import { personActions } from "./person_actions.js";
import { askItem } from "./stills_parts.js";
import { personName } from "./words.js";

/** @param {{person: import("../../core/messages.js").Participant | null, tile: string, compact: boolean}} props */
export function TileActions({ person, tile, compact }) {
  const { session, view } = useCall();
  const pinned = view.pinned.value === tile;
  const { fit } = view.prefs.value;
  const several = session.others.value.length > 1 || session.others.value.some((one) => one.media.screen);
  const items = person ? personActions(session, view, person) : [];
  const still = person && session.can("still") ? askItem(session, person) : null;
  const toggleFit = () => view.prefer({ fit: fit === "contain" ? "cover" : "contain" });
  return html`<div class="tile__actions">
    ${several && html`<${Button} kind="icon" icon=${pinned ? "pin-off" : "pin"} label=${t(pinned ? "call.unpin" : "call.pin")} pressed=${pinned} onClick=${() => view.togglePin(tile)} />`}
    ${!compact && person && html`<${Button} kind="icon" icon=${fit === "contain" ? "scan" : "crop"} label=${t(fit === "contain" ? "call.fill_tile" : "call.whole_picture")} onClick=${toggleFit} />`}
    ${!compact && still && html`<${Button} kind="icon" icon="camera" label=${still.label} disabled=${still.disabled} onClick=${still.onSelect} testid="still-ask-tile" />`}
    ${items.length > 0 && html`<${Menu} label=${t("call.actions_for", { name: person ? personName(person) : "" })} icon="ellipsis-vertical" items=${items} />`}
  </div>`;
}
