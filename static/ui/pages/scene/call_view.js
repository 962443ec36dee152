/** The call as the scene needs it: who was called, the doctor's voice and face, one's own camera, a few large buttons, vital signs. */
import { html, useState } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { isClinical } from "../../../core/states.js";
import { CallContext } from "../../call/context.js";
import { RecordingBeside } from "../../call/recording_beside.js";
import { RemoteAudio } from "../../call/remote_audio.js";
import { Video } from "../../call/video.js";
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

/** @param {{session: CallSession}} props */
function Line({ session }) {
  const doctor = doctorIn(session);
  const connected = session.media.connection.value;
  const words = connected === "interrupted" || session.connection.value === "reconnecting" ? "scene.reconnecting" : doctor ? "scene.with" : "scene.connecting";
  return html`<p class="scene__line" role="status" data-testid="scene-line">${t(words, { name: doctor?.name ?? "" })}</p>`;
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
    await session.end().catch((error) => toast(problemWords(error)));
    call.close();
  };
  if (asking) {
    return html`<${Sure} text=${t(doctor ? "scene.sure_leave" : "scene.sure_end")} yes=${t(doctor ? "scene.leave" : "scene.end")} onNo=${() => setAsking(false)} onYes=${() => void (doctor ? leave() : end())} />`;
  }
  if (handover?.state === "accepted" || (scene && me && scene.lead !== me.id)) {
    return html`<p class="scene__line" role="status">${t("scene.taken_over", { name: handover?.to.name ?? doctor?.name ?? "" })}</p>
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
  if (!session || !call.view) return html`<h1 class="scene__title">${t("scene.title")}</h1><p class="scene__line" role="status" aria-busy="true">${t("scene.calling")}</p>`;
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
    ${page && html`<${Paged} page=${page} onAgain=${() => void repeat()} />`}
    <${Line} session=${session} />
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
