/** The call as the scene needs it: who was called, the doctor's voice and face, one's own camera, a few large buttons, vital signs. */
import { html, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { isClinical } from "../../../core/states.js";
import { CallContext } from "../../call/context.js";
import { RecordingBeside } from "../../call/recording_beside.js";
import { RemoteAudio } from "../../call/remote_audio.js";
import { Video } from "../../call/video.js";
import { clinicOfPage } from "../../clinic.js";
import { Icon } from "../../components/icon.js";
import { telephoneUri } from "../../components/telephone.js";
import { toast } from "../../components/toast.js";
import { ShownFrame } from "../../guidance/shown.js";
import { problemWords } from "../../problem_words.js";
import { Paged } from "./paged.js";
import { Stills } from "./still.js";
import { Tools } from "./tools.js";
import { Vitals } from "./vitals.js";

/** @typedef {import("./run.js").SceneCall} SceneCall */
/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */

/** @param {CallSession} session the first of the others who treats or guides */
function doctorIn(session) {
  return session.others.value.find((one) => isClinical(one.role)) ?? null;
}

/** @param {{session: CallSession}} props */
function Pictures({ session }) {
  const doctor = doctorIn(session);
  const track = doctor?.tracks.find((one) => one.source === "camera");
  const picture = track ? session.media.remote.current.value.get(track.id)?.track ?? null : null;
  const own = session.media.cameraTrack.value;
  const frame = session.state.value?.frame;
  const shown = frame?.participant_id === session.me.value?.id ? frame : null;
  return html`${shown && html`<${ShownFrame} sessionId=${session.sessionId} frame=${shown} silent=${true} />`}<div class="scene__pictures" data-theme="dark">
    <${Video} track=${own} fit="contain" hidden=${!own} label=${t("scene.own_picture")} testid="local-video" />
    ${!own && html`<p class="scene__no-picture">${t("scene.no_camera")}</p>`}
    ${picture && html`<div class="scene__doctor"><${Video} track=${picture} fit="cover" label=${doctor?.name ?? ""} testid="remote-video" participant=${doctor?.id ?? ""} /></div>`}
  </div>`;
}

/** @param {{phone: string}} props */
function Telephone({ phone }) {
  if (!phone) return null;
  return html`<a class="scene__button scene__button--call" href=${telephoneUri(phone)} data-testid="scene-phone"><${Icon} name="phone" />${phone}</a>`;
}

/** How it stands; without a connection the telephone as well. @param {{session: CallSession, phone: string}} props */
function Line({ session, phone }) {
  const doctor = doctorIn(session);
  const isCut = session.media.connection.value === "interrupted" || session.connection.value === "reconnecting";
  const words = isCut ? "scene.reconnecting" : doctor ? "scene.with" : "scene.connecting";
  return html`<p class="scene__line" role="status" data-testid="scene-line">${t(words, { name: doctor?.name ?? "" })}</p>
    ${isCut && html`<${Telephone} phone=${phone} />`}`;
}

/** The press is on its way: it can be called off, and there is another way. @param {{call: SceneCall}} props */
function Begun({ call }) {
  return html`<h1 class="scene__title">${t("scene.title")}</h1><p class="scene__line" role="status" aria-busy="true">${t("scene.calling")}</p>
    <${Telephone} phone=${call.phone || clinicOfPage().phone} />
    <button type="button" class="scene__button" onClick=${() => call.close()} data-testid="call-off">${t("scene.back")}</button>`;
}

/** Asks once more, with two large answers. @param {{text: string, yes: string, onYes: () => void, onNo: () => void}} props */
function Sure({ text, yes, onYes, onNo }) {
  return html`<section class="scene__sure" aria-label=${text}><p>${text}</p><div class="scene__pair">
    <button type="button" class="scene__button" onClick=${onNo}>${t("scene.back")}</button>
    <button type="button" class="scene__button scene__button--end" onClick=${onYes} data-testid="scene-sure">${yes}</button></div></section>`;
}

/** The way out: to the doctor who is there, or, while nobody is, by ending. @param {{call: SceneCall, session: CallSession}} props */
function WayOut({ call, session }) {
  const [asking, setAsking] = useState(false);
  const scene = session.state.value?.scene ?? null;
  const me = session.me.value;
  const handover = scene?.handovers.at(-1) ?? null;
  const doctor = doctorIn(session);
  const page = scene?.pages.filter((one) => one.taken_by).at(-1) ?? null;
  const act = async (/** @type {string} */ path, /** @type {Record<string, unknown>} */ body) => {
    try {
      await api.post(path, { ...body, command_id: newCommandId() }, { retry: true });
    } catch (error) {
      toast(problemWords(error));
    }
  };
  const leave = async () => {
    await session.leave();
    call.close();
  };
  const end = async () => {
    try {
      await session.end();
      call.close();
    } catch (error) {
      if (session.connection.value === "ended") return call.close(); // The server's goodbye came before its answer.
      toast(problemWords(error)); // It goes on ringing: the person must be able to end it.
      setAsking(false);
    }
    return undefined;
  };
  if (asking) {
    return html`<${Sure} text=${t(doctor ? "scene.sure_leave" : "scene.sure_end")} yes=${t(doctor ? "scene.leave" : "scene.end")} onNo=${() => setAsking(false)} onYes=${() => void (doctor ? leave() : end())} />`;
  }
  if (handover?.state === "accepted" || (scene?.lead && me && scene.lead !== me.id)) {
    const leads = session.others.value.find((one) => one.id === scene?.lead);
    const name = handover?.state === "accepted" ? handover.to.name : leads?.name ?? doctor?.name ?? "";
    return html`<p class="scene__line" role="status">${t("scene.taken_over", { name })}</p>
      <button type="button" class="scene__button scene__button--end" onClick=${() => void leave()} data-testid="scene-leave">${t("scene.leave")}</button>`;
  }
  const offered = handover?.state === "offered";
  return html`${offered && html`<p class="scene__line" role="status">${t("scene.offered", { name: handover.to.name })}</p>`}
    <div class="scene__pair">
      ${page?.taken_by && doctor && html`<button type="button" class="scene__button" disabled=${offered} onClick=${() => void act(`/sessions/${session.sessionId}/handovers`, { to_user_id: page.taken_by?.user_id, brief: "" })} data-testid="handed-over">${t("scene.handed_over")}</button>`}
      <button type="button" class="scene__button scene__button--end" onClick=${() => setAsking(true)} data-testid="scene-end">${t(doctor ? "scene.leave" : "scene.end")}</button>
    </div>`;
}

/** @param {{call: SceneCall}} props */
export function CallView({ call }) {
  const session = call.session.value;
  const [again, setAgain] = useState(false);
  if (!session || !call.view) return html`<${Begun} call=${call} />`;
  if (session.connection.value === "ended" || session.connection.value === "replaced") {
    return html`<h1 class="scene__title">${t("scene.title")}</h1><p class="scene__line" role="status">${t("scene.over")}</p>
      <button type="button" class="scene__main" onClick=${() => call.close()} data-testid="scene-new">${t("scene.new_call")}</button>`;
  }
  const page = session.state.value?.scene?.pages.at(-1) ?? null;
  const repeat = async () => {
    if (!page || again) return;
    setAgain(true);
    try {
      await api.post("/pages", { speciality_id: page.speciality_id, session_id: session.sessionId, brief: page.brief, command_id: newCommandId() }, { retry: true });
    } catch (error) {
      toast(problemWords(error));
    }
    setAgain(false);
  };
  const parts = { session, view: call.view, onEnd: () => call.close() };
  return html`<${CallContext.Provider} value=${parts}>
    <h1 class="visually-hidden">${t("scene.title")}</h1>
    ${page && html`<${Paged} page=${page} alone=${!doctorIn(session)} onAgain=${() => void repeat()} />`}
    <${Line} session=${session} phone=${page?.phone || call.phone || clinicOfPage().phone} />
    <${RecordingBeside} session=${session} />
    ${call.view.soundBlocked.value && html`<button type="button" class="scene__button scene__button--call" onClick=${() => call.view?.playVoices()} data-testid="sound-on">${t("scene.sound_on")}</button>`}
    <${Pictures} session=${session} />
    <${Stills} session=${session} />
    <${Tools} session=${session} view=${call.view} />
    <${WayOut} call=${call} session=${session} />
    <${Vitals} session=${session} />
    <${RemoteAudio} />
  </${CallContext.Provider}>`;
}
