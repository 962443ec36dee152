/** What the person must know now: one banner at a time, the most severe. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { leftAlone } from "../../core/states.js";
import { Banner } from "../components/banner.js";
import { Button } from "../components/button.js";
import { toast } from "../components/toast.js";
import { telephoneUri } from "../components/telephone.js";
import { END_DELAY_MS } from "./view_state.js";
import { connectionState } from "./connection_words.js";
import { useCall } from "./context.js";
import { useNow } from "./use_now.js";

/** Milliseconds of a lost connection before the banner, and before the phone number (a short loss mends itself unseen). */
const SAY_LOST_MS = 2_000;
const OFFER_PHONE_MS = 20_000;
/** Milliseconds for a first connection before we say that the network hinders it. */
const SAY_BLOCKED_MS = 12_000;

/** @typedef {{kind: string, icon: string, id: string, text: string, action: unknown}} Shown */

/** How long `state` has lasted: 0, or one of the `steps` that has passed. @param {string} state @param {number[]} steps */
function useLasted(state, steps) {
  const [lasted, setLasted] = useState(0);
  useEffect(() => {
    setLasted(0);
    const timers = steps.map((step) => setTimeout(() => setLasted(step), step));
    return () => timers.forEach(clearTimeout);
  }, [state]);
  return lasted;
}

/** Counts down to the end for all. @param {{at: number}} props */
function Ending({ at }) {
  const { session, view } = useCall();
  const left = Math.max(0, Math.ceil((at - useNow(250)) / 1000));
  const now = () => {
    view.keepGoing();
    void session.end().catch(() => {});
  };
  return html`<${Banner} kind="urgent" icon="phone-off" testid="ending" action=${html`<${Button} kind="primary" label=${t("call.keep_going")} onClick=${() => view.keepGoing()} testid="keep-going" /><${Button} label=${t("call.end_now")} onClick=${now} testid="end-now" />`}>
    <span aria-hidden="true">${t("call.ending_in", { seconds: left })}</span><span class="visually-hidden">${t("call.ending_in", { seconds: END_DELAY_MS / 1000 })}</span></${Banner}>`;
}

/** @param {{phone: string | undefined}} props */
function Phone({ phone }) {
  return phone ? html`<span class="nowrap">${t("phone.clinic")} <a href=${telephoneUri(phone)}>${phone}</a></span>` : null;
}

/** @param {import("../../core/call_session.js").CallSession} session @param {boolean} lost @param {number} lasted */
function trouble(session, lost, lasted) {
  const state = session.state.value;
  const phone = state?.clinic.phone;
  if (session.media.putOff.value === "server_full") return { kind: "warn", icon: "circle-alert", id: "server-full", text: t("call.banner_full", { number: state?.clinic.emergency_number ?? "112" }), action: html`<${Phone} phone=${phone} />` };
  if (lost && lasted >= SAY_LOST_MS) return { kind: "warn", icon: "wifi-off", id: "reconnecting", text: t("call.banner_reconnecting"), action: lasted >= OFFER_PHONE_MS ? html`<${Phone} phone=${phone} />` : null };
  if (state?.you.state === "on_hold" && session.others.value.length > 0) return { kind: "info", icon: "pause", id: "on-hold", text: t("call.banner_on_hold"), action: null };
  if (!lost && session.media.connection.value === "connecting" && lasted >= SAY_BLOCKED_MS) return { kind: "warn", icon: "wifi-off", id: "blocked", text: t("call.banner_blocked"), action: html`<${Phone} phone=${phone} />` };
  if (leftAlone(state) && session.others.value.length > 0) return { kind: "info", icon: "clock", id: "alone", text: t("call.banner_clinician_away"), action: html`<${Phone} phone=${phone} />` };
  return null;
}

/** A crew at an incident sends nothing. @param {import("../../core/call_session.js").CallSession} session */
const watches = (session) => session.as === "seat" && session.state.value?.you.role === "observer";

/** Came into the call without the device check: by a move from another device, or a reload in a browser that forgets. @param {import("../../core/call_session.js").CallSession} session */
function unasked(session) {
  const { microphone, camera } = session.media;
  return !microphone.value && !camera.value && session.devices.verdicts.microphone === "untested" && session.devices.verdicts.camera === "untested";
}

/**
 * A phone call or another app has the microphone or the camera. Phones give them back only in a tap.
 * @param {import("../../core/call_session.js").CallSession} session @param {import("./view_state.js").ViewState} view
 */
function interruption(session, view) {
  const kind = session.media.interrupted.value ?? "microphone";
  const comeBack = async () => {
    view.playVoices();
    if (!(await session.media.comeBack())) toast(t(`call.device_${kind}_failed`));
  };
  return { kind: "urgent", icon: kind === "microphone" ? "mic-off" : "video-off", id: "interrupted", text: t(`call.banner_interrupted_${kind}`), action: html`<${Button} kind="primary" label=${t("call.come_back")} onClick=${() => void comeBack()} testid="come-back" />` };
}

/** @param {import("../../core/call_session.js").CallSession} session @param {import("./view_state.js").ViewState} view */
function hint(session, view) {
  if (unasked(session) && !watches(session)) return { kind: "info", icon: "video-off", id: "unasked", text: t("call.banner_unasked"), action: html`<${Button} kind="primary" label=${t("call.show_myself")} onClick=${() => void session.devices.open()} />` };
  if (session.media.interrupted.value) return interruption(session, view);
  if (view.soundBlocked.value) return { kind: "warn", icon: "volume-x", id: "sound", text: t("call.banner_sound"), action: html`<${Button} kind="primary" label=${t("call.turn_sound_on")} onClick=${() => view.playVoices()} />` };
  if (session.media.lacksVideo.value) return { kind: "warn", icon: "video-off", id: "no-codec", text: t("call.banner_no_codec"), action: null };
  const audioOnly = session.audioOnly.value;
  if (session.me.value?.video_paused && !audioOnly) return { kind: "info", icon: "video-off", id: "video-paused", text: t("call.banner_video_paused"), action: html`<${Button} label=${t("call.stay_audio_only")} onClick=${() => session.hearOnly(true)} testid="stay-audio-only" />` };
  if (session.media.speakingMuted.value) return { kind: "info", icon: "mic-off", id: "muted", text: t("call.banner_muted"), action: html`<${Button} label=${t("call.turn_microphone_on")} onClick=${() => void session.media.toggleMicrophone()} />` };
  const { held } = session.media;
  if (session.media.screenTrack.value) return { kind: "info", icon: "monitor-up", id: "sharing", text: t(held.value.has("screen") ? "call.banner_sharing_held" : "call.banner_sharing"), action: html`<${Button} label=${t("call.stop_sharing")} onClick=${() => session.media.stopScreen()} />` };
  if (held.value.has("camera") && session.media.camera.value) return { kind: "info", icon: "video-off", id: "picture-held", text: t("call.banner_picture_held"), action: null };
  if (audioOnly) return { kind: "info", icon: "headphones", id: "audio-only", text: t("call.banner_audio_only"), action: html`<${Button} label=${t("call.show_video")} onClick=${() => session.hearOnly(false)} testid="show-video" />` };
  return null;
}

export function Banners() {
  const { session, view } = useCall();
  const state = connectionState(session.connection.value, session.media.connection.value);
  const lasted = useLasted(state, [SAY_LOST_MS, SAY_BLOCKED_MS, OFFER_PHONE_MS]);
  const at = view.endingAt.value;
  if (at !== null) return html`<div class="banners"><${Ending} at=${at} /></div>`;
  const shown = view.recordingBanner.value ?? trouble(session, state === "reconnecting", lasted) ?? hint(session, view);
  if (!shown) return null;
  return html`<div class="banners"><${Banner} key=${shown.id} kind=${shown.kind} icon=${shown.icon} action=${shown.action} testid=${`banner-${shown.id}`}>${shown.text}</${Banner}></div>`;
}
