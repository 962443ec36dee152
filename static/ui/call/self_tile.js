/** One's own picture. While it floats it can be dragged to a corner; arrow keys or the button do the same. */
import { html, useRef, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { cornerByKey, nearestCorner } from "../../core/layout.js";
import { Avatar } from "../components/avatar.js";
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { Meter } from "../components/meter.js";
import { useCall } from "./context.js";
import { place, tileClasses } from "./tile.js";
import { Video } from "./video.js";

/** @typedef {import("../../core/stage_layout.js").Rect} Rect */
/** @typedef {import("../../core/layout.js").Corner} Corner */

/** Corners in the order the button goes through them. @type {Corner[]} */
const ROUND = ["bottom-right", "bottom-left", "top-left", "top-right"];

/**
 * @param {Rect} rect
 * @param {{width: number, height: number}} area
 * @param {(corner: Corner) => void} onCorner
 */
function useDragging(rect, area, onCorner) {
  const [offset, setOffset] = useState(/** @type {{x: number, y: number} | null} */ (null));
  const from = useRef({ x: 0, y: 0 });
  const down = (/** @type {PointerEvent} */ event) => {
    if (event.target instanceof Element && event.target.closest("button")) return;
    from.current = { x: event.clientX, y: event.clientY };
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    setOffset({ x: 0, y: 0 });
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (offset) setOffset({ x: event.clientX - from.current.x, y: event.clientY - from.current.y });
  };
  const up = () => {
    if (offset) onCorner(nearestCorner({ x: rect.left + rect.width / 2 + offset.x, y: rect.top + rect.height / 2 + offset.y }, area));
    setOffset(null);
  };
  return { offset, handlers: { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: () => setOffset(null) } };
}

/** One's own loudness. A component of its own: it changes ten times a second, the tile does not. */
function OwnLevel() {
  const { session } = useCall();
  return html`<span aria-hidden="true" class="tile__level"><${Meter} value=${session.media.level.value} label="" /></span>`;
}

/** @param {{rect: Rect, area: {width: number, height: number}}} props */
export function SelfTile({ rect, area }) {
  const { session, view } = useCall();
  const { media } = session;
  const { corner, mirror } = view.prefs.value;
  const floats = rect.role === "floating";
  const { offset, handlers } = useDragging(rect, area, (next) => view.prefer({ corner: next }));
  const name = session.me.value?.name ?? "";
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = cornerByKey(corner, event.key);
    if (next === corner || event.target !== event.currentTarget) return;
    event.preventDefault();
    view.prefer({ corner: next });
  };
  const nextCorner = () => view.prefer({ corner: ROUND[(ROUND.indexOf(corner) + 1) % ROUND.length] ?? "bottom-right" });
  const style = { ...place(rect), ...(offset ? { transform: `translate(${offset.x}px, ${offset.y}px)` } : {}) };
  const classes = [tileClasses(rect), "tile--self", offset && "tile--dragged"].filter(Boolean).join(" ");
  const mobility = floats ? { tabindex: 0, role: "group", "aria-description": t("call.self_move_hint"), onKeyDown, ...handlers } : {};
  return html`<section class=${classes} style=${style} aria-label=${t("call.your_picture")} ...${mobility}>
    <${Video} track=${media.cameraTrack.value} fit=${rect.role === "main" ? "contain" : "cover"} mirror=${mirror} hidden=${!media.camera.value} label=${t("call.your_picture")} testid="local-video" />
    ${!media.camera.value && html`<div class="tile__voice"><${Avatar} name=${name} large=${!floats} />${!floats && html`<p class="tile__off">${t("call.device_camera_off")}</p>`}</div>`}
    <div class="tile__foot">
      <span class="tile__name">${t("call.you")}</span>
      <span class="tile__icons">
        ${media.microphone.value ? html`<${OwnLevel} />` : html`<${Icon} name="mic-off" size=${18} label=${t("call.device_microphone_off")} />`}
      </span>
    </div>
    ${floats && html`<div class="tile__actions"><${Button} kind="icon" icon="picture-in-picture-2" label=${t("call.self_move")} onClick=${nextCorner} /></div>`}
  </section>`;
}
