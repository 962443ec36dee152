/** The caller in the call: what is sent, what is asked, and everything one may need within a thumb's reach. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { RecordingBeside } from "../../call/recording_beside.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { lazy } from "../../components/lazy.js";
import { useOnline } from "../../use_online.js";
import { useViewFocus } from "../../view_focus.js";
import { Asks } from "./asks.js";
import { CallBack } from "./call_back.js";
import { CurrentCard } from "./card.js";
import { Code } from "./head.js";
import { Messages } from "./messages.js";
import { Pictures } from "./pictures.js";
import { PromptPicture } from "./prompt_picture.js";
import { Shown } from "./shown.js";
import { HowToAllow, TypedPlace } from "./where_step.js";
import { VoicesOfStaff } from "./voices.js";

/** @typedef {import("./caller.js").Caller} Caller */

const OwnNeeds = lazy(async () => (await import("../../needs/own_needs.js")).OwnNeeds);

/** How much a press on "Closer" enlarges. */
const ZOOM_IN = 2;

/** What staff see now. @param {{caller: Caller}} props */
function SelfView({ caller }) {
  const ref = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const { track, facing } = caller.camera;
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = track.value ? new MediaStream([track.value]) : null;
    if (track.value) void video.play().catch(() => {}); // Refused while the page is hidden; `autoplay` starts it later.
  }, [track.value]);
  return html`<video class=${facing.value === "user" ? "live__video live__video--mirror" : "live__video"} ref=${ref} autoplay playsinline muted hidden=${!track.value} aria-label=${t("caller.self_view")} data-testid="caller-self"></video>`;
}

/** What gets through, in words. @param {{caller: Caller}} props */
function Status({ caller }) {
  const online = useOnline();
  const connected = caller.connection.value === "online";
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (connected) return undefined;
    const timer = setTimeout(() => setLate(true), 2_000);
    return () => clearTimeout(timer);
  }, [connected]);
  if (!online || (!connected && late)) return html`<${Banner} kind="warn" icon="wifi-off" testid="caller-offline" action=${html`<${CallBack} />`}>${t("caller.offline")}</${Banner}>`;
  const seen = caller.camera.track.value !== null;
  const located = caller.located.value;
  const key = seen ? (located ? "caller.both_sent" : "caller.video_sent") : located ? "caller.place_known" : "caller.connected";
  return html`<p class="live__status" role="status" data-testid="caller-status"><${Icon} name=${seen || located ? "circle-check" : "info"} />${t(key)}</p>`;
}

/** @param {{caller: Caller}} props */
function CameraTools({ caller }) {
  const { camera } = caller;
  if (caller.kind.value === "location") return null;
  if (!camera.track.value) return html`<${Button} kind="primary" large=${true} wide=${true} icon="video" label=${t("caller.camera_on")} onClick=${() => void camera.open()} testid="camera-on" />`;
  const { torch, zoom } = camera.abilities.value;
  const near = camera.factor.value > 1;
  return html`<div class="live__tools">
    ${camera.hasOther.value && html`<${Button} large=${true} icon="refresh-cw" label=${t("caller.turn_camera")} onClick=${() => void camera.turnTo(camera.facing.value === "user" ? "environment" : "user")} testid="camera-turn" />`}
    ${torch && html`<${Button} large=${true} icon="flashlight" label=${t("caller.light")} pressed=${camera.lit.value} onClick=${() => void camera.light(!camera.lit.value)} testid="camera-light" />`}
    ${zoom && html`<${Button} large=${true} icon="search" label=${t("caller.zoom")} pressed=${near} onClick=${() => void camera.zoom(near ? 1 : ZOOM_IN)} testid="camera-zoom" />`}
    <${Button} large=${true} icon="video-off" label=${t("caller.camera_off")} onClick=${() => void camera.toggle()} testid="camera-off" />
  </div>`;
}

/** What became of the question for the microphone. @param {{state: import("./flow.js").CameraState}} props */
function VoiceQuestion({ state }) {
  if (state === "untested" || state === "ok") return null;
  if (state === "asking") return html`<${PromptPicture} wish="microphone" />`;
  if (state === "unanswered") return html`<${PromptPicture} wish="microphone" /><${Banner} kind="info" testid="microphone-unanswered">${t("caller.unanswered")}</${Banner}>`;
  const words = state === "refused" || state === "dismissed" ? `caller.microphone_${state}` : "caller.microphone_failed";
  return html`<p role="alert" data-testid="microphone-no" data-state=${state}>${t(words)}</p>${state === "refused" && html`<${HowToAllow} what="microphone" />`}`;
}

/** The voice goes by the phone. Only when that call has ended does the page ask for the microphone. @param {{caller: Caller}} props */
function Voice({ caller }) {
  const { microphone, microphoneState } = caller.camera;
  const state = microphoneState.value;
  if (microphone.value) return html`<${Button} large=${true} wide=${true} icon="mic-off" label=${t("caller.microphone_off")} onClick=${() => caller.camera.closeMicrophone()} testid="talk-off" />`;
  const label = t(state === "untested" || state === "ok" || state === "asking" ? "caller.talk_here" : "caller.ask_again");
  return html`<p class="live__hint">${t("caller.phone_runs")}</p>
    <${VoiceQuestion} state=${state} />
    <${Button} large=${true} wide=${true} icon="mic" label=${label} busy=${state === "asking"} onClick=${() => void caller.camera.openMicrophone()} testid="talk" />`;
}

/** For who cannot hear, cannot speak or signs: staff see it at once, and letters are read as they are written. @param {{caller: Caller}} props */
function HowWeTalk({ caller }) {
  const me = caller.session.value?.me.value;
  return me && html`<${OwnNeeds} said=${me.needs ?? []} tell=${(/** @type {string[]} */ needs) => caller.session.value?.command("needs", { needs })} />`;
}

/** @param {{caller: Caller}} props */
function More({ caller }) {
  const located = caller.whereState.value === "known";
  return html`<details class="live__more"><summary>${t("caller.more")}</summary>
    <div class="live__more-body">
      <${Voice} caller=${caller} />
      <${HowWeTalk} caller=${caller} />
      ${!located && html`<${Button} large=${true} wide=${true} icon="map-pin" label=${t("caller.share_place")} onClick=${() => caller.where.ask()} testid="share-place" />`}
      <${TypedPlace} caller=${caller} primary=${false} />
      <${CallBack} caller=${caller} />
      <${Button} large=${true} wide=${true} icon="volume-x" label=${t("caller.go_silent")} onClick=${() => caller.goSilent(true)} testid="caller-silent" />
    </div></details>`;
}

/** @param {{caller: Caller}} props */
export function Live({ caller }) {
  const heading = useViewFocus(t("caller.live_title"));
  const guided = caller.instructions.value.length > 0 || Boolean(caller.state.value?.frame); // Then the own picture makes room.
  return html`<div class=${guided ? "live live--guided" : "live"} data-testid="caller-live">
    <h1 class="visually-hidden" ref=${heading} tabindex="-1">${t("caller.live_title")}</h1>
    <div class="live__top"><${Status} caller=${caller} /><${Code} code=${caller.code.value} /></div>
    <${RecordingBeside} session=${caller.session.value} />
    <div class="live__stage"><${Shown} caller=${caller} /><${SelfView} caller=${caller} /><${Asks} caller=${caller} /><${CurrentCard} caller=${caller} /></div>
    <${Pictures} caller=${caller} />
    <${Messages} caller=${caller} />
    <div class="live__foot"><${CameraTools} caller=${caller} /><${More} caller=${caller} /></div>
    <${VoicesOfStaff} caller=${caller} />
  </div>`;
}
