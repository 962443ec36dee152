// Commands on their way to the server: each goes out under one id until it is acknowledged, over reconnects, or its time is up.
// The server answers a repeated id with the first acknowledgement, so sending again is always safe.
import { newCommandId } from "./command_id.js";
import { clock as realClock } from "./timers.js";

/** Milliseconds without an acknowledgement on a live connection before sending again. */
const ACK_MS = 4_000;
/** Milliseconds in all before the person is told that it did not work. */
const GIVE_UP_MS = 20_000;
/** More than a person can cause; beyond it a loop is at work and the oldest is given up. */
const MAX_PENDING = 100;

/** @typedef {import("./timers.js").Clock} Clock */
/** @typedef {{ok: true, result?: Record<string, any>} | {ok: false, error?: {code?: string, message?: string, field?: string}}} Ack */
/** @typedef {(name: string, body: Record<string, unknown>, ack: (answer: Ack) => void) => void} Send */
/** @typedef {{name: string, body: Record<string, unknown>, resolve: (result: Record<string, any>) => void, reject: (error: CommandError) => void, resend: unknown, giveUp: unknown}} Pending */

/** The server refused a command, or (`timeout`, `closed`) no answer came. */
export class CommandError extends Error {
  /** @param {string} code @param {string} [message] @param {string | null} [field] */
  constructor(code, message = code, field = null) {
    super(message);
    this.name = "CommandError";
    this.code = code;
    this.field = field;
  }
}

export class CommandQueue {
  /** @type {Map<string, Pending>} */
  #pending = new Map();
  /** @type {Send | null} */
  #send = null;
  /** @type {Clock} */
  #clock;

  /** @param {Clock} [clock] */
  constructor(clock = realClock) {
    this.#clock = clock;
  }

  /** Number of commands without an answer. */
  get size() {
    return this.#pending.size;
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} fields
   * @param {{commandId?: string, giveUpAfter?: number}} [options]
   * @returns {Promise<Record<string, any>>} the acknowledgement's result
   * @throws {CommandError}
   */
  submit(name, fields, options = {}) {
    const id = options.commandId ?? newCommandId();
    if (this.#pending.size >= MAX_PENDING) this.#dropOldest();
    return new Promise((resolve, reject) => {
      const giveUp = this.#clock.after(() => this.#settle(id, new CommandError("timeout")), options.giveUpAfter ?? GIVE_UP_MS);
      this.#pending.set(id, { name, body: { ...fields, command_id: id }, resolve, reject, resend: null, giveUp });
      this.#transmit(id);
    });
  }

  /** A connection is up: everything unanswered goes out, in order. @param {Send} send */
  attach(send) {
    this.#send = send;
    for (const id of [...this.#pending.keys()]) this.#transmit(id);
  }

  /** The connection is gone: what is unanswered waits for the next one. */
  detach() {
    this.#send = null;
    for (const entry of this.#pending.values()) this.#stopResending(entry);
  }

  /** No connection will come any more. */
  close() {
    this.detach();
    for (const id of [...this.#pending.keys()]) this.#settle(id, new CommandError("closed"));
  }

  /** @param {string} id */
  #transmit(id) {
    const entry = this.#pending.get(id);
    if (!entry || !this.#send) return;
    this.#stopResending(entry);
    entry.resend = this.#clock.after(() => this.#transmit(id), ACK_MS);
    this.#send(entry.name, entry.body, (ack) => this.#answered(id, ack));
  }

  /** @param {string} id @param {Ack} ack */
  #answered(id, ack) {
    if (ack?.ok) this.#settle(id, ack.result ?? {});
    else this.#settle(id, new CommandError(ack?.error?.code ?? "unavailable", ack?.error?.message, ack?.error?.field ?? null));
  }

  /** @param {string} id @param {Record<string, any> | CommandError} outcome */
  #settle(id, outcome) {
    const entry = this.#pending.get(id);
    if (!entry) return;
    this.#pending.delete(id);
    this.#stopResending(entry);
    this.#clock.cancel(entry.giveUp);
    if (outcome instanceof CommandError) entry.reject(outcome);
    else entry.resolve(outcome);
  }

  /** @param {Pending} entry */
  #stopResending(entry) {
    if (entry.resend !== null) this.#clock.cancel(entry.resend);
    entry.resend = null;
  }

  #dropOldest() {
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#settle(oldest, new CommandError("timeout"));
  }
}
