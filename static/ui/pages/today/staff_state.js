/** What Today knows, as a pure function of the messages of the /staff stream (docs/protocol.md section 2.5). */
import { newcomers, queuesOf, reduceQueues } from "../../../core/queue_state.js";

/** @typedef {import("../../../core/messages.js").DeviceReport} DeviceReport */
/**
 * @typedef {object} WaitingEntry
 * @property {string} participant_id
 * @property {string} session_id
 * @property {string} name
 * @property {string | null} reason
 * @property {"waiting" | "asleep"} state
 * @property {string} since
 * @property {DeviceReport | null} device
 * @property {import("../../../core/messages.js").Need[]} [needs] what talking with the person takes
 * @property {boolean} acknowledged
 */
/**
 * @typedef {object} SessionRow
 * @property {string} id
 * @property {string} kind
 * @property {string} state
 * @property {string | null} patient_name
 * @property {import("../../../core/messages.js").Begun | null} [begun] it began with a call from a scene
 * @property {string | null} reason
 * @property {string} created_at
 * @property {string | null} started_at
 * @property {number} people
 * @property {boolean} mine
 */
/** @typedef {{kind: "outcome" | "link_wanted", session_id: string, patient_name: string | null, begun?: import("../../../core/messages.js").Begun | null, since: string}} Task */
/** @typedef {import("../../../core/follow_ups.js").FollowUp} FollowUp */
/** @typedef {import("../../../core/messages.js").OwnPage} OwnPage */
/** @typedef {import("../../../core/messages.js").OwnHandover} OwnHandover */
/** @typedef {{waiting: WaitingEntry[], sessions: SessionRow[], tasks: Task[], pages?: OwnPage[], handovers?: OwnHandover[], follow_ups?: FollowUp[], follow_ups_more?: number} & import("../../../core/queue_state.js").QueueState} StaffState */
/** @typedef {import("../../../core/queue_state.js").EntryRow} EntryRow */
/** @typedef {{type: string, state?: any, data?: any}} StaffMessage */

/**
 * @template T
 * @param {readonly T[]} list
 * @param {T} item
 * @param {(one: T) => string} keyOf
 * @returns {T[]}
 */
function put(list, item, keyOf) {
  const key = keyOf(item);
  return list.some((one) => keyOf(one) === key) ? list.map((one) => (keyOf(one) === key ? item : one)) : [...list, item];
}

/** @param {{kind: string, session_id: string}} task */
export const taskKey = (task) => `${task.kind} ${task.session_id}`;

/**
 * The state after `message`; unknown types of a newer server change nothing.
 * @param {StaffState | null} state
 * @param {StaffMessage} message
 * @returns {StaffState | null}
 */
export function reduceStaff(state, message) {
  if (message.type === "snapshot") return sorted({ ...message.state, ...queuesOf(message.state) });
  if (!state) return null;
  const { data } = message;
  switch (message.type) {
    case "waiting":
      return sorted({ ...state, waiting: put(state.waiting, data, (one) => one.participant_id) });
    case "waiting_gone":
      return { ...state, waiting: state.waiting.filter((one) => one.participant_id !== data.participant_id) };
    case "session_row":
      return sorted({ ...state, sessions: put(state.sessions, data, (one) => one.id) });
    case "session_gone":
      return { ...state, sessions: state.sessions.filter((one) => one.id !== data.id) };
    case "task":
      return { ...state, tasks: put(state.tasks, /** @type {Task} */ (data), taskKey) };
    case "task_gone":
      return { ...state, tasks: state.tasks.filter((one) => taskKey(one) !== taskKey(data)) };
    case "page":
      return { ...state, pages: put(state.pages ?? [], /** @type {OwnPage} */ (data), (one) => one.id) };
    case "page_gone":
      return { ...state, pages: (state.pages ?? []).filter((one) => one.id !== data.id) };
    case "handover":
      return { ...state, handovers: put(state.handovers ?? [], /** @type {OwnHandover} */ (data), (one) => one.id) };
    case "handover_gone":
      return { ...state, handovers: (state.handovers ?? []).filter((one) => one.id !== data.id) };
    case "follow_up":
      return { ...state, follow_ups: put(state.follow_ups ?? [], /** @type {FollowUp} */ (data), (one) => one.id) };
    case "follow_up_gone":
      return { ...state, follow_ups: (state.follow_ups ?? []).filter((one) => one.id !== data.id) };
    case "follow_ups_more":
      return { ...state, follow_ups_more: data.count };
    default:
      return reduceQueues(state, message);
  }
}

/**
 * Who has waited longest comes first; the newest session comes first.
 * @param {StaffState} state
 * @returns {StaffState}
 */
function sorted(state) {
  return {
    ...state,
    waiting: [...state.waiting].sort((one, other) => one.since.localeCompare(other.since)),
    sessions: [...state.sessions].sort((one, other) => other.created_at.localeCompare(one.created_at)),
  };
}

/**
 * Who came since `before` was shown and nobody has acknowledged; with no `before`, everyone nobody has acknowledged.
 * @param {StaffState | null} before
 * @param {StaffState} after
 * @returns {(WaitingEntry | EntryRow)[]}
 */
export function arrivals(before, after) {
  const known = new Set((before?.waiting ?? []).map((one) => one.participant_id));
  return [...newcomers(before, after), ...after.waiting.filter((one) => !one.acknowledged && !known.has(one.participant_id))];
}
