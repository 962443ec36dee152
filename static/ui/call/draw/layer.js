/** Over the stage while a picture is frozen: staff draw on it; who is shown sees what is drawn. */
import { html, useEffect, useMemo, useRef, useState } from "../../../vendor/preact.js";
import { shapePath, hasRoom, withPending } from "../../../core/incident/drawing.js";
import { StrokeSender } from "../../../core/incident/strokes.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { toast } from "../../components/toast.js";
import { NewestShape } from "../../guidance/newest_shape.js";
import { ShownFrame } from "../../guidance/shown.js";
import { useCall } from "../context.js";
import { isIdle } from "../recording/card.js";
import { failureWords } from "../words.js";
import { FreezeButton } from "./freeze_button.js";
import { Ground } from "./ground.js";

/** @typedef {import("../../../core/messages.js").FrozenFrame} FrozenFrame */
/** @typedef {import("../../../core/messages.js").DrawnShape} DrawnShape */
/** @typedef {DrawnShape["kind"]} Tool */

/** Side of a tool's sample. */
const SAMPLE = 24;
/** How each tool looks. @type {{id: Tool, path: string}[]} */
const TOOLS = [
  { id: "pen", path: shapePath({ id: "pen", kind: "pen", points: [[0.1, 0.7], [0.25, 0.35], [0.45, 0.3], [0.5, 0.65], [0.65, 0.75], [0.9, 0.3]] }, SAMPLE, SAMPLE) },
  { id: "arrow", path: "M4 20L20 4M10 4H20V14" }, // in true proportion its head would not be seen at this size
  { id: "circle", path: shapePath({ id: "circle", kind: "circle", points: [[0.5, 0.5], [0.88, 0.5]] }, SAMPLE, SAMPLE) },
];
/** Width of the page below which an open panel would leave no room to draw. */
const BESIDE = 1100;

/** @param {{tool: Tool, onTool: (tool: Tool) => void}} props */
function Tools({ tool, onTool }) {
  return html`<div class="draw__tools" role="group" aria-label=${t("draw.tools")}>${TOOLS.map(({ id, path }) => html`<button key=${id} type="button" class="draw__tool" aria-pressed=${String(tool === id)} onClick=${() => onTool(id)} data-testid=${`draw-${id}`}>
    <svg viewBox=${`0 0 ${SAMPLE} ${SAMPLE}`} width=${SAMPLE} height=${SAMPLE} aria-hidden="true"><path class="draw__sample" d=${path} /></svg><span>${t(`draw.${id}`)}</span></button>`)}</div>`;
}

/** What is drawn here, on its way. @param {FrozenFrame} frame */
function useStrokes(frame) {
  const { session } = useCall();
  const [pending, setPending] = useState(/** @type {DrawnShape[]} */ ([]));
  const sender = useMemo(() => {
    /** @type {StrokeSender} */
    const made = new StrokeSender({
      send: (shape) => session.command("draw", { frame_id: frame.id, shape }),
      onChange: () => setPending(made.pending),
      onFault: (error) => toast(failureWords(error)),
    });
    return made;
  }, [frame.id]);
  useEffect(() => setPending([]), [frame.id]);
  const then = async (/** @type {string} */ name) => {
    await sender.settled(); // What was drawn before is there before it is taken back.
    await session.command(name, { frame_id: frame.id }).catch((error) => toast(failureWords(error)));
  };
  return { shapes: withPending(frame.shapes, pending), put: (/** @type {DrawnShape} */ shape) => sender.put(shape), then };
}

/**
 * Who froze the picture goes on in it; somebody else of staff, who writes meanwhile, is not torn away. Afterwards back to the button.
 * @param {import("../view_state.js").ViewState} view
 */
function useDrawFocus(view) {
  const title = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    const here = isIdle(before) || (before instanceof HTMLElement && before.dataset["testid"] === "freeze");
    if (here && innerWidth < BESIDE && view.panel.value === "incident") view.show(null);
    if (here) title.current?.focus({ preventScroll: true });
    return () => {
      if (isIdle(document.activeElement)) /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="freeze"]'))?.focus({ preventScroll: true });
    };
  }, []);
  return title;
}

/** @param {{frame: FrozenFrame}} props */
function Drawing({ frame }) {
  const { session, view } = useCall();
  const [tool, setTool] = useState(/** @type {Tool} */ ("pen"));
  const title = useDrawFocus(view);
  const { shapes, put, then } = useStrokes(frame);
  const draw = (/** @type {DrawnShape} */ shape) => {
    if (shapes.some((one) => one.id === shape.id) || hasRoom(shapes)) put(shape);
    else toast(t("draw.full"));
  };
  const online = session.connection.value === "online";
  const name = session.state.value?.participants.find((one) => one.id === frame.participant_id)?.name ?? "";
  return html`<section class="draw" aria-label=${t("draw.title")} data-testid="draw-layer">
    <div class="draw__head"><h2 class="draw__title" ref=${title} tabindex="-1">${t("draw.title")}</h2><p class="draw__hint">${online ? t("draw.both_see", { name: name || t("draw.the_caller") }) : t("draw.offline")}</p></div>
    <div class="draw__stage"><${Ground} key=${frame.id} sessionId=${session.sessionId} frame=${frame} shapes=${shapes} kind=${tool} onShape=${draw} /></div>
    <${NewestShape} shapes=${frame.shapes} />
    <div class="draw__bar">
      <${Tools} tool=${tool} onTool=${setTool} />
      <div class="draw__acts">
        <${Button} icon="undo-2" label=${t("draw.undo")} disabled=${!shapes.length} onClick=${() => void then("draw_undo")} testid="draw-undo" />
        <${Button} icon="trash-2" label=${t("draw.clear")} disabled=${!shapes.length} onClick=${() => void then("draw_clear")} testid="draw-clear" />
        <${FreezeButton} participantId=${frame.participant_id} label=${t("draw.again")} disabled=${!online} />
        <${Button} kind="primary" icon="play" label=${t("draw.resume")} onClick=${() => void then("frame_resume")} testid="draw-resume" />
      </div>
    </div>
    <p class="draw__keys" id="draw-keys">${t("draw.keys")}</p>
  </section>`;
}

export function FrameLayer() {
  const { session } = useCall();
  const frame = session.state.value?.frame;
  if (!frame) return null;
  if (frame.participant_id === session.me.value?.id) return html`<div class="draw draw--shown"><${ShownFrame} sessionId=${session.sessionId} frame=${frame} silent=${true} /></div>`;
  return session.can("draw") ? html`<${Drawing} key="drawing" frame=${frame} />` : null;
}
