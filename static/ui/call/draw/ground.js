/** The frozen picture as a ground to draw on: by mouse, finger and pen from press to release, by keys with a cross that arrows move. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { newCommandId } from "../../../core/command_id.js";
import { isDrawn, spot, thinned, usualPoints } from "../../../core/incident/drawing.js";
import { t } from "../../../core/i18n.js";
import { DrawnShapes, FramePicture } from "../../guidance/drawn_frame.js";

/** @typedef {import("../../../core/messages.js").FrozenFrame} FrozenFrame */
/** @typedef {import("../../../core/messages.js").DrawnShape} DrawnShape */
/** @typedef {import("../../../core/incident/drawing.js").Spot} Spot */

/** Share of the picture that an arrow key moves the cross; with Shift a fifth of it. */
const STEP = 0.05;
const FINE = 0.2;
/** Half the size of the cross, as a share of the picture's shorter side. */
const CROSS = 0.045;
/** @type {Record<string, Spot>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A shape while it is drawn. @param {DrawnShape["kind"]} kind @param {Spot} at @returns {DrawnShape} */
const begun = (kind, at) => ({ id: newCommandId(), kind, points: [at, at] });

/** @param {DrawnShape} shape @param {Spot} at @returns {DrawnShape} */
function extended(shape, at) {
  const points = shape.kind === "pen" ? thinned([.../** @type {Spot[]} */ (shape.points), at]) : [/** @type {Spot} */ (shape.points[0]), at];
  return { ...shape, points };
}

/**
 * From press to release. What grows is told as it grows.
 * @param {import("../../../vendor/preact.js").RefObject<SVGSVGElement | null>} svg @param {{width: number, height: number}} frame
 * @param {DrawnShape["kind"]} kind @param {(shape: DrawnShape) => void} tell
 */
function usePointer(svg, { width, height }, kind, tell) {
  const drawing = useRef(/** @type {{shape: DrawnShape, pointer: number} | null} */ (null));
  const at = (/** @type {PointerEvent} */ event) => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return spot(0, 0);
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return spot(place.x / width, place.y / height);
  };
  const down = (/** @type {PointerEvent} */ event) => {
    if (drawing.current || event.button !== 0) return; // A second finger, another button.
    event.preventDefault();
    svg.current?.setPointerCapture(event.pointerId);
    svg.current?.focus({ preventScroll: true });
    drawing.current = { shape: begun(kind, at(event)), pointer: event.pointerId };
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const now = drawing.current;
    if (!now || now.pointer !== event.pointerId) return;
    now.shape = extended(now.shape, at(event));
    if (isDrawn(now.shape)) tell(now.shape);
  };
  const up = (/** @type {PointerEvent} */ event) => {
    move(event);
    if (drawing.current?.pointer === event.pointerId) drawing.current = null;
  };
  return { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: up };
}

/**
 * Arrows move the cross; Enter begins a shape there, and ends it; Enter twice sets one of the usual size; Escape drops it.
 * @param {DrawnShape["kind"]} kind @param {(shape: DrawnShape) => void} tell
 */
function useKeys(kind, tell) {
  const [cross, setCross] = useState(/** @type {Spot | null} */ (null));
  const [shape, setShape] = useState(/** @type {DrawnShape | null} */ (null));
  useEffect(() => setShape(null), [kind]);
  const move = (/** @type {Spot} */ by, /** @type {boolean} */ fine) => {
    const [x, y] = cross ?? spot(0.5, 0.5);
    const step = STEP * (fine ? FINE : 1);
    const next = spot(x + by[0] * step, y + by[1] * step);
    setCross(next);
    if (shape) setShape(extended(shape, next));
  };
  const enter = () => {
    const at = cross ?? spot(0.5, 0.5);
    setCross(at);
    if (!shape) return setShape(begun(kind, at));
    setShape(null);
    const whole = isDrawn(shape) ? shape : { ...shape, points: usualPoints(shape.kind, at) };
    return tell(whole);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const by = MOVES[event.key];
    const sets = event.key === "Enter" || event.key === " ";
    if (!by && !sets && !(event.key === "Escape" && shape)) return;
    event.preventDefault();
    event.stopPropagation();
    if (by) move(by, event.shiftKey);
    else if (sets) enter();
    else setShape(null);
  };
  return { cross, shape, onKeyDown, hide: () => { setCross(null); setShape(null); } };
}

/** Where the cross is, in words. @param {Spot | null} cross @param {DrawnShape | null} shape */
function crossWords(cross, shape) {
  if (!cross) return "";
  const percent = (/** @type {number} */ part) => Math.round(part * 100);
  return t(shape ? "draw.cross_drawing" : "draw.cross_at", { x: percent(cross[0]), y: percent(cross[1]) });
}

/** @param {{sessionId: string, frame: FrozenFrame, shapes: readonly DrawnShape[], kind: DrawnShape["kind"], onShape: (shape: DrawnShape) => void}} props `onShape`: a shape, or more of it */
export function Ground({ sessionId, frame, shapes, kind, onShape }) {
  const svg = useRef(/** @type {SVGSVGElement | null} */ (null));
  const pointer = usePointer(svg, frame, kind, (shape) => {
    keys.hide();
    onShape(shape);
  });
  const keys = useKeys(kind, onShape);
  const { width, height } = frame;
  const { cross } = keys;
  const size = Math.min(width, height) * CROSS;
  const arms = cross && `M${cross[0] * width - size} ${cross[1] * height}h${2 * size}M${cross[0] * width} ${cross[1] * height - size}v${2 * size}`;
  return html`<figure class="drawn-frame drawn-frame--edit" data-testid="drawn-frame" data-frame=${frame.id}>
    <${FramePicture} sessionId=${sessionId} frame=${frame} label=${t("draw.frozen_picture")} />
    <svg class="drawn-frame__lines drawn-frame__lines--edit" ref=${svg} viewBox=${`0 0 ${width} ${height}`} tabindex="0" role="application" aria-label=${t("draw.ground")} aria-describedby="draw-keys"
      data-testid="draw-ground" ...${pointer} onKeyDown=${keys.onKeyDown}>
      <${DrawnShapes} frame=${frame} shapes=${keys.shape && isDrawn(keys.shape) ? [...shapes, keys.shape] : shapes} />
      ${arms && html`<path class="drawn__cross-edge" d=${arms} stroke-width=${size / 3} /><path class="drawn__cross" d=${arms} stroke-width=${size / 7} />`}
    </svg>
    <p class="visually-hidden" role="status" data-testid="draw-said">${crossWords(cross, keys.shape)}</p>
  </figure>`;
}
