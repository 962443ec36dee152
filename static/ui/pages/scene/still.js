/** "Still": one press takes a picture at full size and sends it, or answers the doctor who asked for one. Where the camera gives none, the dialog offers another way. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { kindOf } from "../../../core/stills/kind.js";
import { send, sending, taking } from "../../call/stills/desk.js";
import { StillLayer } from "../../call/stills/layer.js";
import { takeStill } from "../../call/stills/take.js";
import { Icon } from "../../components/icon.js";

/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */

/** What the doctor waits for. @param {CallSession} session */
function asked(session) {
  const me = session.me.value?.id;
  return session.state.value?.stills?.find((one) => one.participant_id === me && one.state === "asked")?.id ?? null;
}

/** @param {{session: CallSession}} props */
export function StillButton({ session }) {
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    const blob = await takeStill(session.media.cameraTrack.value);
    const found = blob && (await kindOf(blob));
    setBusy(false);
    if (blob && found && "kind" in found) void send(session, blob, found.kind, asked(session));
    else taking.value = { stillId: asked(session) };
  };
  const wait = busy || sending.value?.progress.state === "sending";
  return html`<button type="button" class="scene__tool scene__tool--still" disabled=${wait} aria-busy=${busy ? "true" : undefined} onClick=${() => void take()} data-testid="scene-still"><${Icon} name="camera" size=${28} /><span>${t("scene.still")}</span></button>`;
}

/** What is asked for, on its way and there; from the first on until the end of the call, for what is under way goes with it. @param {{session: CallSession}} props */
export function Stills({ session }) {
  const shown = useRef(false);
  shown.current ||= Boolean(sending.value || taking.value || session.state.value?.stills?.length);
  return shown.current ? html`<div class="scene__stills"><${StillLayer} /></div>` : null;
}
