// Chat that shows at once what one writes: messages on their way, matched with the server's by their command id. Pure.

/** @typedef {import("./messages.js").ChatMessage} ChatMessage */
/** @typedef {{commandId: string, body: string, at: string, status: "sending" | "failed", to: string | null}} OutboxEntry */
/** @typedef {{id: string, participantId: string, name: string, body: string, at: string, mine: boolean, status: "sent" | "sending" | "failed", to: string | null}} ShownMessage `to`: for one person alone */

export const MAX_MESSAGE = 4000;

/**
 * What the chat shows: the server's messages, then one's own that it has not confirmed.
 * @param {readonly ChatMessage[]} chat
 * @param {readonly OutboxEntry[]} outbox
 * @param {{id: string, name: string}} me
 * @returns {ShownMessage[]}
 */
export function shownMessages(chat, outbox, me) {
  const confirmed = new Set(chat.map((one) => one.command_id));
  /** @type {ShownMessage[]} */
  const sent = chat.map((one) => ({
    id: one.id, participantId: one.participant_id, name: one.name, body: one.body, at: one.at, mine: one.participant_id === me.id, status: "sent", to: one.to_participant_id ?? null,
  }));
  const pending = outbox.filter((one) => !confirmed.has(one.commandId)).map((one) => ({
    id: one.commandId, participantId: me.id, name: me.name, body: one.body, at: one.at, mine: true, status: one.status, to: one.to,
  }));
  return [...sent, ...pending];
}

/**
 * @param {readonly OutboxEntry[]} outbox
 * @param {string} commandId
 * @param {OutboxEntry["status"]} status
 */
export function markEntry(outbox, commandId, status) {
  return outbox.map((one) => (one.commandId === commandId ? { ...one, status } : one));
}

/** @param {readonly OutboxEntry[]} outbox @param {string} commandId */
export function dropEntry(outbox, commandId) {
  return outbox.filter((one) => one.commandId !== commandId);
}
