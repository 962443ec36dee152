// What staff know of waiting rooms, as a pure function of the messages of the /staff stream (docs/protocol.md section 2.5).

/** @typedef {import("./messages.js").DeviceReport} DeviceReport */
/** @typedef {"waiting"|"asleep"|"being_seen"|"on_hold"|"left"|"no_show"|"done"|"removed"} EntryState */
/** @typedef {"urgent"|"high"|"normal"} Priority */
/** @typedef {"cannot_hear"|"cannot_speak"|"sign_language"|"interpreter"} Need */
/**
 * @typedef {object} QueueRow
 * @property {string} id
 * @property {string} name
 * @property {boolean} open
 * @property {string | null} next_opening
 * @property {string | null} closes_at
 * @property {boolean} closed switched off until somebody switches it on
 * @property {number} waiting
 * @property {string | null} longest_since
 * @property {number | null} median_service seconds
 * @property {{minutes: number, at: string} | null} late
 * @property {string | null} next entry
 * @property {number} unacknowledged
 * @property {boolean} member
 * @property {boolean} alerts a mail when somebody comes and no member has a page open
 * @property {{id: string, name: string}[]} members
 */
/**
 * @typedef {object} EntryRow
 * @property {string} id
 * @property {string} queue_id
 * @property {string} session_id
 * @property {string | null} [into_session_id] another call this person was brought into
 * @property {string | null} [into_participant_id] the seat there
 * @property {string} participant_id
 * @property {EntryState} state
 * @property {string} name
 * @property {string | null} birth_date
 * @property {string} reason
 * @property {{question: string, answer: string | boolean}[]} answers
 * @property {string} since
 * @property {string} state_since
 * @property {number | null} place
 * @property {Priority} priority
 * @property {Need[]} needs
 * @property {string | null} interpreter_language
 * @property {DeviceReport | null} device
 * @property {"open"|"asleep"|"away"} page
 * @property {number} unread
 * @property {{name: string, body: string, at: string, mine: boolean} | null} last_line `mine`: from the clinic
 * @property {boolean} keeps_place
 * @property {{user_id: string, name: string} | null} taken_by
 * @property {{user_id: string, name: string} | null} for_user
 * @property {string | null} called_at
 * @property {string | null} held_until
 * @property {boolean} decide the place was held long enough: wait, next or no-show
 * @property {{by: string, at: string} | null} acknowledged
 * @property {string | null} transferred_from
 * @property {string} transfer_note
 */
/** @typedef {{queues: QueueRow[], entries: EntryRow[]}} QueueState */

/** @type {Record<Priority, number>} */
const RANK = { urgent: 0, high: 1, normal: 2 };
/** @type {ReadonlySet<EntryState>} */
const WAITING = new Set(["waiting", "asleep"]);
/** @type {ReadonlySet<EntryState>} */
const IN_CARE = new Set(["being_seen", "on_hold"]);

/** Waits to be answered. @param {EntryRow} entry */
export const isWaiting = (entry) => WAITING.has(entry.state);

/** Somebody of the clinic has taken this person. @param {EntryRow} entry */
export const isInCare = (entry) => IN_CARE.has(entry.state);

/** Was answered while the page was not there, and is not in the call yet: we are calling back. @param {EntryRow} entry */
export const isCalledBack = (entry) => entry.state === "being_seen" && entry.called_at !== null;

/** Nobody has heard of this arrival yet. @param {EntryRow} entry */
export const isFresh = (entry) => isWaiting(entry) && !entry.acknowledged;

/**
 * The state of waiting rooms a snapshot brings; a server without them brings none.
 * @param {Partial<QueueState>} snapshot
 * @returns {QueueState}
 */
export function queuesOf({ queues = [], entries = [] }) {
  return { queues: [...queues].sort(byName), entries: inOrder(entries) };
}

/**
 * The state after `message`; what is of no waiting room changes nothing.
 * @template {QueueState} State
 * @param {State} state
 * @param {{type: string, data?: any}} message
 * @returns {State}
 */
export function reduceQueues(state, { type, data }) {
  switch (type) {
    case "queue":
      return { ...state, queues: put(state.queues, /** @type {QueueRow} */ (data)).sort(byName) };
    case "queue_gone":
      return { ...state, queues: without(state.queues, data.id), entries: state.entries.filter((one) => one.queue_id !== data.id || one.for_user) };
    case "entry":
      return { ...state, entries: inOrder(put(state.entries, /** @type {EntryRow} */ (data))) };
    case "entry_gone":
      return { ...state, entries: without(state.entries, data.id) };
    default:
      return state;
  }
}

/**
 * Who came since `before` was shown and nobody has acknowledged; with no `before`, everyone nobody has acknowledged.
 * @param {QueueState | null} before
 * @param {QueueState} after
 */
export function newcomers(before, after) {
  const known = new Set((before?.entries ?? []).filter(isFresh).map((one) => one.id));
  return after.entries.filter((one) => isFresh(one) && !known.has(one.id));
}

/** Arrivals whose sound this person can stop: in the rooms one is a member of. @param {QueueState} state */
export function unheard(state) {
  const own = new Set(state.queues.filter((one) => one.member).map((one) => one.id));
  return state.entries.filter((one) => isFresh(one) && own.has(one.queue_id));
}

/**
 * Who is to be answered next by this person: most urgent first, then the longest wait; never one who was handed to somebody else.
 * @param {QueueState} state
 * @param {string | null} userId
 * @param {string} [queueId] of this room alone
 */
export function nextFor(state, userId, queueId) {
  const waiting = state.entries.filter((one) => isWaiting(one) && (!queueId || one.queue_id === queueId));
  return waiting.find((one) => !one.for_user || one.for_user.user_id === userId) ?? null;
}

/** @param {QueueRow} one @param {QueueRow} other */
function byName(one, other) {
  return one.name.localeCompare(other.name);
}

/** As the server orders those who wait: by priority, then by how long; after them who is being seen. @param {readonly EntryRow[]} entries */
function inOrder(entries) {
  const rank = (/** @type {EntryRow} */ one) => (isWaiting(one) ? RANK[one.priority] ?? RANK.normal : RANK.normal + 1);
  return [...entries].sort((one, other) => rank(one) - rank(other) || one.since.localeCompare(other.since) || one.id.localeCompare(other.id));
}

/**
 * @template {{id: string}} T
 * @param {readonly T[]} list
 * @param {T} item
 * @returns {T[]}
 */
function put(list, item) {
  return list.some((one) => one.id === item.id) ? list.map((one) => (one.id === item.id ? item : one)) : [...list, item];
}

/**
 * @template {{id: string}} T
 * @param {readonly T[]} list
 * @param {string} id
 * @returns {T[]}
 */
function without(list, id) {
  return list.filter((one) => one.id !== id);
}
