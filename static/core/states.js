// Which participant states mean what to a client (docs/protocol.md section 2.4). Pure.

/** @typedef {import("./messages.js").ParticipantState} ParticipantState */
/** @typedef {import("./messages.js").Participant} Participant */
/** @typedef {import("./messages.js").CallState} CallState */
/** @typedef {import("./messages.js").Role} Role */

/** @type {ReadonlySet<ParticipantState>} */
const IN_CALL = new Set(["admitted", "connected", "reconnecting", "on_hold"]);
/** @type {ReadonlySet<ParticipantState>} */
const WAITING = new Set(["waiting", "asleep"]);
/** @type {ReadonlySet<Role>} */
const CLINICAL = new Set(["clinician", "external_clinician", "dispatcher", "responder"]);

/** Has a place on the stage: let in and neither gone nor sent away. @param {ParticipantState} state */
export function inCall(state) {
  return IN_CALL.has(state);
}

/** Stands in the waiting room, page awake or not. @param {ParticipantState} state */
export function isWaiting(state) {
  return WAITING.has(state);
}

/** Someone who treats or guides, whose leaving the patient must be told of. @param {Role} role */
export function isClinical(role) {
  return CLINICAL.has(role);
}

/** One's own entry. @param {CallState | null} state @returns {Participant | null} */
export function meIn(state) {
  return state?.participants.find((one) => one.id === state.you.participant_id) ?? null;
}

/** Everybody else on the stage. @param {CallState | null} state @returns {Participant[]} */
export function othersIn(state) {
  return state?.participants.filter((one) => one.id !== state.you.participant_id && inCall(one.state)) ?? [];
}

/** The waiting room, longest wait first. @param {CallState | null} state @returns {Participant[]} */
export function waitingIn(state) {
  const waiting = state?.participants.filter((one) => isWaiting(one.state)) ?? [];
  return waiting.sort((a, b) => (a.since ?? "").localeCompare(b.since ?? ""));
}

/** Whether nobody clinical is there for somebody who is not. @param {CallState | null} state */
export function leftAlone(state) {
  if (!state || isClinical(state.you.role)) return false;
  return !othersIn(state).some((one) => isClinical(one.role) && one.state !== "reconnecting");
}

/** Whether there is something of a recording to show: one is on or asked for, or this seat may begin one. @param {CallState | null} state */
export function showsRecording(state) {
  const recording = state?.recording;
  return Boolean(recording && (recording.state !== "none" || recording.you.earlier || state.you.can.includes("record")));
}

/** Whether to ask before the call about being recorded. @param {CallState | null} state */
export function asksFirst(state) {
  const recording = state?.recording;
  return Boolean(recording && (recording.policy === "required" || recording.you.asked));
}

/** Tracks to receive; in an emergency those of whoever may still come too, so that nothing is left to negotiate then. @param {CallState | null} state @param {boolean} [audioOnly] */
export function wantedTracks(state, audioOnly = false) {
  if (state?.you.state === "on_hold") return [];
  const there = othersIn(state).flatMap((one) => one.tracks.map(({ id, kind }) => ({ id, kind })));
  const ahead = (state?.policy?.ahead ?? []).filter(({ id }) => !there.some((one) => one.id === id));
  const tracks = [...there, ...ahead];
  return audioOnly ? tracks.filter((one) => one.kind === "audio") : tracks;
}

/** Whether someone sends what we should be receiving now. @param {CallState | null} state @param {boolean} [audioOnly] */
export function mediaExpected(state, audioOnly = false) {
  if (!state || state.you.state === "on_hold") return false;
  /** @param {Participant} one */
  const sends = ({ media }) => media.microphone || (!audioOnly && (media.camera || media.screen));
  return othersIn(state).some((one) => one.state === "connected" && one.tracks.length > 0 && sends(one));
}
