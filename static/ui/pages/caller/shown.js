/** The caller's own picture, frozen and drawn on by the doctor. What draws it is fetched before it is needed: the line may be gone by then. */
import { html, useEffect } from "../../../vendor/preact.js";
import { lazy } from "../../components/lazy.js";

const load = async () => (await import("../../guidance/shown.js")).ShownFrame;
const Frame = lazy(load);

/** @param {{caller: import("./caller.js").Caller}} props */
export function Shown({ caller }) {
  useEffect(() => void load().catch(() => {}), []);
  const session = caller.session.value;
  const frame = caller.state.value?.frame;
  if (!session || !frame) return null;
  return html`<${Frame} sessionId=${session.sessionId} frame=${frame} silent=${caller.silent.value} />`;
}
