// What the client knows of a call, as a pure function of the messages received (docs/protocol.md section 2.4).

/** @typedef {import("./messages.js").CallState} CallState */
/** @typedef {import("./messages.js").CallMessage} CallMessage */

/** Chat kept in memory; older messages stay on the server. */
export const MAX_CHAT = 2000;

/** Positions of one caller kept in memory. */
const MAX_POSITIONS = 200;

/** As many of one person's as we keep; nobody's push out another's. @template {{participant_id: string}} P @param {readonly P[]} positions @param {string} participantId @returns {P[]} */
function newest(positions, participantId) {
  let over = positions.filter((one) => one.participant_id === participantId).length - MAX_POSITIONS;
  return positions.filter((one) => one.participant_id !== participantId || over-- <= 0);
}

/** @param {{participant_id: string, sequence: number}} position */
const positionKey = ({ participant_id, sequence }) => `${participant_id} ${sequence}`;

/**
 * The state after `message`. Stream messages before the first snapshot change nothing.
 * @param {CallState | null} state
 * @param {CallMessage} message
 * @returns {CallState | null}
 */
export function reduce(state, message) {
  if (message.type === "snapshot") return message.state;
  if (!state) return null;
  switch (message.type) {
    case "you":
    case "session":
    case "policy":
    case "recording":
    case "scene":
    case "queue":
    case "incident":
    case "frame":
      return { ...state, [message.type]: message.data };
    case "participant":
      return { ...state, participants: put(state.participants, message.data, (one) => one.id) };
    case "participant_gone":
      return { ...state, participants: state.participants.filter((one) => one.id !== message.data.id) };
    case "chat":
      return { ...state, chat: put(state.chat, message.data, (one) => one.id).slice(-MAX_CHAT) };
    case "still":
      return { ...state, stills: put(state.stills ?? [], message.data, (one) => one.id) };
    case "still_gone":
      return { ...state, stills: (state.stills ?? []).filter((one) => one.id !== message.data.id) };
    case "move":
      return { ...state, moves: put(state.moves ?? [], message.data, (one) => one.request_id) };
    case "move_gone":
      return { ...state, moves: (state.moves ?? []).filter((one) => one.request_id !== message.data.request_id) };
    case "position":
      return { ...state, positions: newest(put(state.positions ?? [], message.data, positionKey), message.data.participant_id) };
    case "position_gone":
      return { ...state, positions: (state.positions ?? []).filter((one) => positionKey(one) !== positionKey(message.data)) };
    case "instruction":
      return { ...state, instructions: put(state.instructions ?? [], message.data, (one) => one.id) };
    case "instruction_gone":
      return { ...state, instructions: (state.instructions ?? []).filter((one) => one.id !== message.data.id) };
    case "media_reset":
    case "replaced":
    case "goodbye":
      return state; // They end or restart something; call_session.js acts on them.
    default:
      return unknown(state, message);
  }
}

/**
 * `list` with `item` in the place of the one with the same key, or at the end.
 * @template T
 * @param {readonly T[]} list
 * @param {T} item
 * @param {(one: T) => string} keyOf
 * @returns {T[]}
 */
function put(list, item, keyOf) {
  const key = keyOf(item);
  const at = list.findIndex((one) => keyOf(one) === key);
  return at < 0 ? [...list, item] : list.map((one, index) => (index === at ? item : one));
}

/**
 * A newer server may send types we do not know: they are skipped. The type `never` makes tsc fail when a case is missing above.
 * @param {CallState} state
 * @param {never} _message
 */
function unknown(state, _message) {
  return state;
}
