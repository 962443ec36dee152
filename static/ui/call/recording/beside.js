/** Everything of a recording that concerns the person, on pages without the stage: in the flow of the page, above what it is for. */
import { html, signal, useState } from "../../../vendor/preact.js";
import { Banner } from "../../components/banner.js";
import { CallContext } from "../context.js";
import { RecordingLayer } from "./layer.js";
import { RecordingMark } from "./mark.js";

/** Of the stage's view these parts use no more than this. */
function viewOf() {
  return /** @type {any} */ ({ moreItems: signal(() => []), recordingBanner: signal(null), show: () => {} });
}

/** @param {{session: import("../../../core/call_session.js").CallSession}} props */
export function Beside({ session }) {
  const [view] = useState(viewOf);
  const news = view.recordingBanner.value;
  return html`<${CallContext.Provider} value=${{ session, view, onEnd: () => {} }}><div class="rec-beside" data-testid="recording-beside">
    <${RecordingMark} />
    ${news && html`<${Banner} key=${news.id} kind=${news.kind} icon=${news.icon} action=${news.action} testid=${`banner-${news.id}`}>${news.text}</${Banner}>`}
    <${RecordingLayer} />
  </div></${CallContext.Provider}>`;
}
