// What a recording's state (docs/protocol.md section 2.4) means to the person in front of the page. Pure.

/** @typedef {import("./messages.js").Recording} Recording */
/** @typedef {import("./messages.js").Standing} Standing */

/** Whether anything is written now. @param {Recording | null | undefined} recording */
export function isOn(recording) {
  return recording?.state === "recording" && recording.bleed !== "wait";
}

/** `rests`: begun, and nothing is written. @param {Recording | null | undefined} recording @returns {"on" | "rests" | "off"} */
export function phaseOf(recording) {
  if (isOn(recording)) return "on";
  return recording?.state === "paused" || recording?.state === "recording" ? "rests" : "off";
}

/**
 * What everybody must be told after a change. Who comes late is told by the first phase they see.
 * @param {"on" | "rests" | "off"} before
 * @param {"on" | "rests" | "off"} now
 * @returns {"on" | "off" | "paused" | null}
 */
export function newsOf(before, now) {
  if (before === now) return null;
  if (now === "on" || now === "off") return now;
  return before === "on" ? "paused" : null;
}

/** The mark in the head of the stage; null: none. @param {Recording | null | undefined} recording @returns {"on" | "pictures" | "paused" | "waits" | "asking" | null} */
export function markOf(recording) {
  if (!recording) return null;
  if (recording.state === "asking" || recording.state === "paused") return recording.state;
  if (recording.state !== "recording") return null;
  if (recording.bleed === "wait") return "waits";
  return recording.sound === "none" ? "pictures" : "on";
}

/** One's own part in it. @param {Recording} recording @returns {"recorded" | "agreed" | "not_recorded"} `agreed`, and yet nothing is written at this moment */
export function ownPart({ state, bleed, you }) {
  if (you.captured && state === "recording" && bleed !== "wait") return "recorded";
  return you.standing === "agreed" ? "agreed" : "not_recorded";
}

/** Whether an answer is awaited. @param {Recording | null | undefined} recording */
export function mustAnswer(recording) {
  return Boolean(recording?.you.asked && recording.you.standing === "none");
}

/** What can be said now beside the first answer: the way out for one who is recorded, the way in for the others. @param {Recording} recording @returns {"agree" | "refuse" | "withdraw"} */
export function otherAnswer({ you }) {
  if (you.standing === "agreed") return "withdraw";
  return you.standing === "none" && you.captured ? "refuse" : "agree";
}

/** The words of that answer: nobody stops what does not run. @param {Recording} recording @returns {"agree" | "refuse" | "withdraw"} */
export function otherWord(recording) {
  const other = otherAnswer(recording);
  return other === "withdraw" && !recording.you.captured ? "refuse" : other;
}

/** @param {readonly {standing: Standing}[]} people @returns {{agreed: number, refused: number, open: number}} */
export function tally(people) {
  const counts = { agreed: 0, refused: 0, open: 0 };
  for (const { standing } of people) {
    if (standing === "agreed") counts.agreed += 1;
    else if (standing === "none") counts.open += 1;
    else counts.refused += 1;
  }
  return counts;
}

/** Those within earshot who do not want to be recorded, by id of the seat or of the bystander. @param {Recording} recording */
export function refusers({ people, bystanders }) {
  return [...people.filter(({ standing }) => standing === "refused" || standing === "withdrawn").map((one) => one.participant_id), ...bystanders.filter((one) => !one.agreed).map((one) => one.id)];
}

/** @typedef {"ask" | "emergency" | "begin" | "cancel" | "pause" | "resume" | "stop" | "mark" | "bystander"} LeaderAct */

/** What who leads may do now. @param {Recording | null | undefined} recording @returns {Set<LeaderAct>} */
export function leaderActs(recording) {
  /** @type {Set<LeaderAct>} */
  const acts = new Set();
  if (!recording) return acts;
  const { state, policy, emergency, people } = recording;
  const idle = state === "none" || state === "finalising";
  if (idle && policy !== "off") acts.add("ask");
  if ((idle || state === "asking") && emergency) acts.add("emergency");
  if (idle) return acts;
  acts.add("bystander");
  if (state === "asking" && people.some((one) => one.standing === "agreed")) acts.add("begin");
  if (state === "asking") return acts.add("cancel");
  return acts.add(state === "paused" ? "resume" : "pause").add("stop").add("mark");
}
