/** What shows that a call is recorded, and asks about it, where there is no stage. Loaded when there is something of it to show. */
import { html, useRef } from "../../vendor/preact.js";
import { lazy } from "../components/lazy.js";

const Beside = lazy(async () => (await import("./recording/beside.js")).Beside);

/** States in which people are asked or written. */
const OPEN = new Set(["asking", "recording", "paused"]);

/** @param {{session: import("../../core/call_session.js").CallSession | null}} props */
export function RecordingBeside({ session }) {
  const recording = session?.state.value?.recording;
  const was = useRef(false); // Once shown it stays, to say that it ended.
  was.current ||= Boolean(recording && (OPEN.has(recording.state) || recording.you.earlier));
  return was.current && session ? html`<${Beside} session=${session} />` : null;
}
