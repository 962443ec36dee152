/** One person on the stage: the picture or the initials, the name, what is off, how the connection is. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { receiverLevel } from "../../core/audio_level.js";
import { t } from "../../core/i18n.js";
import { Avatar } from "../components/avatar.js";
import { Icon } from "../components/icon.js";
import { Meter } from "../components/meter.js";
import { useCall } from "./context.js";
import { NeedBadges } from "./text_parts.js";
import { TileActions } from "./tile_actions.js";
import { Video } from "./video.js";
import { connectionSentence, connectionWord, personName } from "./words.js";

/** @typedef {import("../../core/messages.js").Participant} Participant */
/** @typedef {import("../../core/remote_tracks.js").RemoteTrack} RemoteTrack */
/** @typedef {import("../../core/stage_layout.js").Rect} Rect */

/** Milliseconds between readings of a voice shown as a meter. */
const LEVEL_MS = 150;
/** Height in CSS pixels below which a tile has room for initials and name alone. */
const LOW = 190;
/** Width in CSS pixels below which a picture fills its tile: with bars beside it, a face would be a stamp. Pinned, it is seen whole. */
const SMALL = 240;

/** @param {Participant} person @param {import("../../core/messages.js").Source} source @param {ReadonlyMap<string, RemoteTrack>} remote */
export function receivedTrack(person, source, remote) {
  const known = person.tracks.find((track) => track.source === source);
  return known ? (remote.get(known.id) ?? null) : null;
}

/** @param {Rect} rect */
export function place({ left, top, width, height }) {
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
}

/** Class names of a tile by its place. @param {Rect} rect */
export function tileClasses({ role, height }) {
  return ["tile", `tile--${role}`, height < LOW && "tile--low"].filter(Boolean).join(" ");
}

/** A voice without picture. @param {{receiver: RTCRtpReceiver | null, name: string, why: string}} props `why`: words, or nothing while the picture is on its way */
function Voice({ receiver, name, why }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setLevel(receiverLevel(receiver)), LEVEL_MS);
    return () => clearInterval(timer);
  }, [receiver]);
  return html`<div class="tile__voice"><${Avatar} name=${name} large=${true} /><${Meter} value=${level} label=${t("call.loudness", { name })} />${why && html`<p class="tile__off">${why}</p>`}</div>`;
}

/** Why there is no picture. @param {Participant} person @param {{audioOnly: boolean, paused: boolean}} here */
function whyNoPicture(person, { audioOnly, paused }) {
  if (!person.media.camera) return t("call.device_camera_off");
  if (audioOnly) return t("call.audio_only");
  return paused ? t("call.video_paused") : "";
}

/** A microphone that cannot be heard: turned off, or taken by a phone call, which is said. @param {{interrupted: boolean}} props */
function Unheard({ interrupted }) {
  if (!interrupted) return html`<${Icon} name="mic-off" size=${18} label=${t("call.device_microphone_off")} />`;
  return html`<span class="tile__connection tile__unheard"><${Icon} name="mic-off" size=${18} /><span>${t("call.microphone_interrupted")}</span></span>`;
}

/** @param {{bars: number}} props */
function Connection({ bars }) {
  const words = connectionSentence(bars);
  return html`<span class="tile__connection" role="img" aria-label=${words} title=${words} data-testid="signal-mark">
    <span aria-hidden="true"><${Meter} kind="quality" value=${bars} label="" /></span>${bars < 2 && html`<span aria-hidden="true">${connectionWord(bars)}</span>`}
  </span>`;
}

/** States in which a tile does not move, with icon and words. @type {Partial<Record<Participant["state"], [string, string]>>} */
const VEILS = {
  reconnecting: ["wifi-off", "call.veil_reconnecting"],
  on_hold: ["pause", "call.veil_on_hold"],
  admitted: ["door-open", "call.veil_admitted"],
};

/** What lies over the picture while it does not move, so that nobody takes it for now. @param {{state: Participant["state"], still: boolean}} props */
function Veil({ state, still }) {
  const [icon, key] = VEILS[state] ?? (still ? ["wifi-off", "call.veil_still"] : []);
  if (!icon || !key) return null;
  return html`<div class="tile__veil"><${Icon} name=${icon} size=${28} /><span>${t(key)}</span></div>`;
}

/** @param {{person: Participant, rect: Rect}} props */
export function Tile({ person, rect }) {
  const { session, view } = useCall();
  const remote = session.media.remote.current.value;
  const camera = receivedTrack(person, "camera", remote);
  const microphone = receivedTrack(person, "microphone", remote);
  const name = personName(person);
  const paused = session.me.value?.video_paused ?? false;
  const audioOnly = session.audioOnly.value;
  // While somebody reconnects the last picture stays.
  const showsPicture = camera !== null && (person.media.camera || person.state === "reconnecting") && !paused && !audioOnly;
  const kept = useRef(/** @type {MediaStreamTrack | null} */ (null));
  if (camera) kept.current = camera.track;
  const keepsLast = !camera && !audioOnly && person.state === "reconnecting" && kept.current !== null;
  const speaking = session.speaker.value === person.id && person.media.microphone;
  const bars = session.barsOf(person.id);
  const [standsStill, setStill] = useState(false);
  const still = showsPicture && (standsStill || session.qualityOf(person.id)?.held === true);
  const classes = `${tileClasses(rect)}${speaking ? " tile--speaking" : ""}`;
  return html`<section class=${classes} style=${place(rect)} aria-label=${name} data-state=${person.state}>
    <${Video} track=${camera?.track ?? kept.current} fit=${rect.width < SMALL ? "cover" : view.prefs.value.fit} hidden=${!showsPicture && !keepsLast} label=${t("call.picture_of", { name })}
      testid="remote-video" participant=${person.id} main=${rect.role === "main"} onStill=${setStill} />
    ${!showsPicture && !keepsLast && !VEILS[person.state] && html`<${Voice} receiver=${microphone?.receiver ?? null} name=${name} why=${whyNoPicture(person, { audioOnly, paused })} />`}
    <${Veil} state=${person.state} still=${still} />
    <p class="visually-hidden" role="status">${still ? t("call.say_still", { name }) : ""}</p>
    <div class="tile__foot">
      <span class="tile__name">${name}</span>
      <span class="tile__icons">
        ${Boolean(person.needs?.length) && html`<${NeedBadges} needs=${person.needs} />`}
        ${(!person.media.microphone || person.media.interrupted) && html`<${Unheard} interrupted=${person.media.interrupted === true} />`}
        ${person.media.screen && html`<${Icon} name="monitor-up" size=${18} label=${t("call.shares_screen")} />`}
        ${bars !== null && html`<${Connection} bars=${bars} />`}
      </span>
    </div>
    <${TileActions} person=${person} tile=${person.id} compact=${rect.role === "strip" || rect.width < SMALL} />
  </section>`;
}

/** Somebody's shared screen. @param {{person: Participant, rect: Rect}} props */
export function ScreenTile({ person, rect }) {
  const { session } = useCall();
  const screen = receivedTrack(person, "screen", session.media.remote.current.value);
  const name = t("call.screen_of", { name: personName(person) });
  return html`<section class="tile tile--screen tile--${rect.role}" style=${place(rect)} aria-label=${name}>
    <${Video} track=${screen?.track ?? null} fit="contain" label=${name} testid="remote-screen" participant=${person.id} main=${rect.role === "main"} />
    <${Veil} state=${person.state} still=${session.qualityOf(person.id)?.held === true} />
    <div class="tile__foot"><span class="tile__name">${name}</span></div>
    <${TileActions} person=${null} tile=${`screen:${person.id}`} compact=${rect.role === "strip"} />
  </section>`;
}
