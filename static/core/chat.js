// The call's chat: what is shown, what is on its way, what is unread, who types.
import { computed, signal } from "../vendor/preact.js";
import { newCommandId } from "./command_id.js";
import { MAX_MESSAGE, dropEntry, markEntry, shownMessages } from "./outbox.js";
import { meIn } from "./states.js";

/** @typedef {import("./outbox.js").OutboxEntry} OutboxEntry */
/** @typedef {import("./messages.js").CallState} CallState */
/** @typedef {import("./signal.js").Signal} SignalConnection */

/** Milliseconds a "… is writing" stays after the last word of it, and between two of our own. */
const TYPING_MS = 4_000;

export class Chat {
  /** @type {import("../vendor/preact.js").Signal<readonly OutboxEntry[]>} */
  outbox = signal([]);
  /** Whether the person sees the chat now; then nothing is unread. */
  open = signal(false);
  unread = signal(0);
  /** Ids of people who are writing. @type {import("../vendor/preact.js").Signal<readonly string[]>} */
  typing = signal([]);
  /** What the person is writing. */
  draft = signal("");
  /** Whom it is for; null: everybody who reads the chat. @type {import("../vendor/preact.js").Signal<string | null>} */
  to = signal(null);
  /** What others have read of it letter by letter: its id, and the text as they have it. @type {(body: string) => {commandId: string, body: string} | null} */
  takeLine = () => null;
  messages;
  #connection;
  #state;
  #saidTyping = 0;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #typingTimers = new Map();

  /** @param {SignalConnection} connection @param {import("../vendor/preact.js").ReadonlySignal<CallState | null>} state */
  constructor(connection, state) {
    this.#connection = connection;
    this.#state = state;
    this.messages = computed(() => {
      const me = meIn(state.value);
      return shownMessages(state.value?.chat ?? [], this.outbox.value, { id: me?.id ?? "", name: me?.name ?? "" });
    });
  }

  /** Shows the message at once and sends it. @param {string} text */
  send(text) {
    const body = text.trim().slice(0, MAX_MESSAGE);
    if (!body) return;
    /** @type {OutboxEntry} */
    const entry = { ...(this.takeLine(body) ?? { commandId: newCommandId(), body }), at: new Date().toISOString(), status: "sending", to: this.to.value };
    this.outbox.value = [...this.outbox.value, entry];
    void this.#transmit(entry);
  }

  /** @param {string} commandId of a failed message */
  retry(commandId) {
    const entry = this.outbox.value.find((one) => one.commandId === commandId);
    if (!entry || entry.status !== "failed") return;
    this.outbox.value = markEntry(this.outbox.value, commandId, "sending");
    void this.#transmit(entry);
  }

  /** @param {string} commandId of a failed message the person no longer wants */
  discard(commandId) {
    this.outbox.value = dropEntry(this.outbox.value, commandId);
  }

  /** The person is writing: others are told now and then. */
  writing() {
    const now = Date.now();
    if (now - this.#saidTyping < TYPING_MS / 2) return;
    this.#saidTyping = now;
    this.#connection.tell("typing");
  }

  /** Somebody wrote. @param {import("./messages.js").ChatMessage} message @returns {boolean} whether it is news to the person */
  received(message) {
    this.outbox.value = dropEntry(this.outbox.value, message.command_id);
    this.stoppedTyping(message.participant_id);
    if (message.participant_id === this.#state.value?.you.participant_id || this.open.value) return false;
    this.unread.value += 1;
    return true;
  }

  /** @param {string} participantId */
  startedTyping(participantId) {
    if (participantId === this.#state.value?.you.participant_id) return;
    clearTimeout(this.#typingTimers.get(participantId));
    this.#typingTimers.set(participantId, setTimeout(() => this.stoppedTyping(participantId), TYPING_MS));
    if (!this.typing.value.includes(participantId)) this.typing.value = [...this.typing.value, participantId];
  }

  /** @param {string} participantId */
  stoppedTyping(participantId) {
    clearTimeout(this.#typingTimers.get(participantId));
    this.#typingTimers.delete(participantId);
    this.typing.value = this.typing.value.filter((one) => one !== participantId);
  }

  /** @param {boolean} open */
  show(open) {
    this.open.value = open;
    if (open) this.unread.value = 0;
  }

  /** Releases its timers. */
  end() {
    for (const timer of this.#typingTimers.values()) clearTimeout(timer);
    this.#typingTimers.clear();
  }

  /** @param {OutboxEntry} entry */
  async #transmit(entry) {
    try {
      await this.#connection.command("chat", { body: entry.body, ...(entry.to ? { to: entry.to } : {}) }, { commandId: entry.commandId });
    } catch {
      this.outbox.value = markEntry(this.outbox.value, entry.commandId, "failed");
    }
  }
}
