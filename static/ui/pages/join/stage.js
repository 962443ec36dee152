/** The call within the join page: mounts the stage with the devices that are already open, and hears how it ended. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { takeAhead } from "./ahead.js";
import { Notice } from "./notice.js";

/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("./media.js").JoinMedia} JoinMedia */

/**
 * Loaded apart from the page: the way to the waiting room stays light. The waiting room calls this early, so that the door opens at once.
 * @returns {Promise<typeof import("../../call/index.js")>}
 */
export function loadStage() {
  return import("../../call/index.js");
}

/** The seat with its connection, which the stage takes over: two of one seat would replace each other. @param {Visit} visit */
function seatOf(visit) {
  const [state, link, relay] = [visit.call.value, visit.handOverLink(), visit.relay];
  return { sessionId: visit.seat.value?.sessionId ?? "", as: /** @type {const} */ ("seat"), state, ...(link ? { link } : {}), ...(link && relay ? { relay } : {}) };
}

/** Milliseconds that drawing the stage waits for the connection: together they would take longer, and it has nothing to show before. */
const CONNECT_FIRST_MS = 300;

/** @param {import("../../../core/peer.js").Peer} peer @returns {Promise<void>} */
function connectedOrLate(peer) {
  return new Promise((done) => {
    const end = () => {
      stop();
      clearTimeout(timer);
      done();
    };
    const stop = peer.on("state", (state) => state === "connecting" || end());
    const timer = setTimeout(end, CONNECT_FIRST_MS);
    if (peer.state === "connected") end();
  });
}

/** @param {{visit: Visit, media: JoinMedia}} props */
export function Stage({ visit, media }) {
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const prepared = takeAhead(visit.link);
    let unmount = () => prepared?.stop({ keepLink: true });
    let gone = false;
    document.body.classList.add("in-call");
    Promise.all([loadStage(), prepared && connectedOrLate(prepared.media.peer)]).then(([{ mountCall }]) => {
      if (gone || !root.current) return;
      const onEnd = (/** @type {string | null} */ reason) => visit.ended(reason);
      unmount = mountCall(root.current, { ...seatOf(visit), devices: media.devices, onEnd, ...(prepared ? { prepared } : {}) });
    }, () => setFailed(true));
    return () => {
      gone = true;
      unmount();
      document.body.classList.remove("in-call");
    };
  }, []);
  if (failed) {
    return html`<${Notice} icon="unplug" kind="warn" title=${t("fault.trouble_title")} text=${t("fault.trouble_text")} code="stage_not_loaded"
      actions=${html`<${Button} kind="primary" large=${true} wide=${true} label=${t("common.reload")} onClick=${() => location.reload()} />`} />`;
  }
  return html`<div class="stage-root" ref=${root}></div>`;
}
