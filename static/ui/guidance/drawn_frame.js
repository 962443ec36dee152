/** A frozen picture with what was drawn on it: the same bytes and the same lines for those who draw and the one who is shown. */
import { h, html, useEffect, useState } from "../../vendor/preact.js";
import { shapePath } from "../../core/incident/drawing.js";

/** @typedef {import("../../core/messages.js").FrozenFrame} FrozenFrame */
/** @typedef {import("../../core/messages.js").DrawnShape} DrawnShape */

/** Width of a line, as a share of the picture's shorter side, and what its dark edge has more. */
const LINE = 0.014;
const EDGE = 2;
/** Milliseconds until a picture that did not load is asked for again, and how often. */
const AGAIN_MS = 1_500;
const MOST_TRIES = 40;

/** @param {{frame: {width: number, height: number}, shapes: readonly DrawnShape[]}} props each line twice: light with a dark edge it is seen on any ground */
export function DrawnShapes({ frame, shapes }) {
  const { width, height } = frame;
  const line = LINE * Math.min(width, height);
  return shapes.map((shape) => {
    const d = shapePath(shape, width, height);
    return h("g", { key: shape.id, class: "drawn", "data-shape": shape.kind }, h("path", { class: "drawn__edge", d, "stroke-width": line * EDGE }), h("path", { class: "drawn__line", d, "stroke-width": line }));
  });
}

/** The picture alone. One that a cut kept away is asked for until it is there. @param {{sessionId: string, frame: FrozenFrame, label: string}} props */
export function FramePicture({ sessionId, frame, label }) {
  const [tries, setTries] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!failed || tries >= MOST_TRIES) return undefined;
    const timer = setTimeout(() => {
      setFailed(false);
      setTries(tries + 1);
    }, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [failed, tries]);
  return html`<img key=${tries} class="drawn-frame__picture" src=${`/api/v1/sessions/${sessionId}/frames/${frame.id}`} alt=${label} width=${frame.width} height=${frame.height}
    onError=${() => setFailed(true)} draggable=${false} data-testid="frozen-picture" />`;
}

/** @param {{sessionId: string, frame: FrozenFrame, label: string}} props */
export function DrawnFrame({ sessionId, frame, label }) {
  return html`<figure class="drawn-frame" data-testid="drawn-frame" data-frame=${frame.id}>
    <${FramePicture} sessionId=${sessionId} frame=${frame} label=${label} />
    <svg class="drawn-frame__lines" viewBox=${`0 0 ${frame.width} ${frame.height}`} aria-hidden="true"><${DrawnShapes} frame=${frame} shapes=${frame.shapes} /></svg>
  </figure>`;
}
