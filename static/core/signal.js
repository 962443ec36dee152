// The Socket.IO connection of one seat (docs/protocol.md section 2): tickets, resume by (epoch, sequence), gaps, commands, reconnecting.
//
// States:  connecting -> online <-> reconnecting;  any -> replaced | ended (final until `start` is called again)
//   connecting    no connection has succeeded yet
//   online        the namespace is connected; the stream is (or is being) brought up to date
//   reconnecting  a connection was lost; tried again for ever
//   replaced      another page of the same seat took over
//   ended         the server said goodbye or will not have us; `reason` says why
import { ApiError } from "./api.js";
import { backoff } from "./backoff.js";
import { newCommandId } from "./command_id.js";
import { CommandQueue } from "./commands.js";
import { Emitter } from "./emitter.js";
import { clock as realClock, singleTimer } from "./timers.js";

/** @typedef {"connecting" | "online" | "reconnecting" | "replaced" | "ended"} SignalState */
/** @typedef {{epoch: string, sequence: number}} Position */
/** @typedef {{protocol: number, ticket: string, resume?: Position}} ConnectPayload */

/**
 * The part of a Socket.IO socket we use.
 * @typedef {object} SocketLike
 * @property {(event: string, listener: (...args: any[]) => void) => unknown} on
 * @property {(event: string, ...args: any[]) => unknown} emit
 * @property {() => unknown} disconnect
 */

/**
 * @typedef {object} SignalPorts
 * @property {() => Promise<string>} fetchTicket
 * @property {(payload: ConnectPayload) => SocketLike} connect opens one connection that does not reconnect by itself
 * @property {import("./timers.js").Clock} [clock]
 * @property {() => number} [random]
 */

export const PROTOCOL = 1;
/** Milliseconds for ticket, transport and CONNECT together; then the next try. */
const CONNECT_MS = 8_000;
/** Refusals that no retry can change. A bad ticket is merely used or late: the next one is fresh. */
const FINAL_REFUSALS = new Set(["visit_ended", "not_allowed", "unsupported_protocol"]);

/** @extends {Emitter<{state: SignalState, message: any, live: any}>} */
export class Signal extends Emitter {
  /** @type {SignalState} */
  state = "connecting";
  /** Why it ended: a goodbye reason, a refusal, or an ApiError code. @type {string | null} */
  reason = null;
  /** @type {SocketLike | null} */
  #socket = null;
  /** @type {Position | null} */
  #position = null;
  #tries = 0;
  /** Counts connections, so that events of an abandoned one are told apart. */
  #generation = 0;
  #running = false;
  /** @type {Required<SignalPorts>} */
  #ports;
  #commands;
  #retryTimer;
  #connectTimer;

  /** @param {SignalPorts} ports */
  constructor(ports) {
    super();
    this.#ports = { clock: realClock, random: Math.random, ...ports };
    this.#commands = new CommandQueue(this.#ports.clock);
    this.#retryTimer = singleTimer(this.#ports.clock);
    this.#connectTimer = singleTimer(this.#ports.clock);
  }

  /** Begins, or begins again after `replaced` or `ended`. */
  start() {
    if (this.#running) return;
    this.#running = true;
    this.#tries = 0;
    this.reason = null;
    this.#setState("connecting");
    void this.#open();
  }

  /** Ends for good without telling the server. */
  stop() {
    this.#finish("ended", this.reason);
    this.clear();
  }

  /** The network changed: the old connection is likely dead, though nobody has noticed. Replaces it now. */
  renew() {
    if (!this.#running) return;
    this.#abandon();
    this.#tries = 0;
    this.#lost();
  }

  /**
   * Sends a command until it is acknowledged; rejects with CommandError.
   * @param {string} name
   * @param {Record<string, unknown>} [fields]
   * @param {{commandId?: string, giveUpAfter?: number}} [options]
   */
  command(name, fields = {}, options = {}) {
    return this.#commands.submit(name, fields, options);
  }

  /**
   * Sends once if connected, and forgets it: for what is stale a moment later (typing, quality).
   * @param {string} name
   * @param {Record<string, unknown>} [fields]
   * @param {(answer: import("./commands.js").Ack) => void} [answered]
   */
  tell(name, fields = {}, answered = () => {}) {
    if (this.state !== "online") return;
    this.#socket?.emit(name, { ...fields, command_id: newCommandId() }, answered);
  }

  async #open() {
    const generation = ++this.#generation;
    this.#connectTimer.set(CONNECT_MS, () => this.#dropped(generation));
    try {
      const ticket = await this.#ports.fetchTicket();
      if (generation !== this.#generation) return;
      /** @type {ConnectPayload} */
      const payload = { protocol: PROTOCOL, ticket };
      if (this.#position) payload.resume = this.#position;
      this.#listen(this.#ports.connect(payload), generation);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (error instanceof ApiError && isFinal(error)) this.#finish("ended", error.code);
      else this.#dropped(generation);
    }
  }

  /** @param {SocketLike} socket @param {number} generation */
  #listen(socket, generation) {
    this.#socket = socket;
    const current = () => generation === this.#generation;
    socket.on("connect", () => current() && this.#connected(socket));
    socket.on("connect_error", (error) => current() && this.#refused(String(error?.message ?? ""), generation));
    socket.on("disconnect", () => this.#dropped(generation));
    socket.on("snapshot", (message) => current() && this.#takeSnapshot(message));
    socket.on("stream", (message) => current() && this.#takeStream(message));
    socket.on("live", (message) => current() && this.emit("live", message));
  }

  /** @param {SocketLike} socket */
  #connected(socket) {
    this.#connectTimer.clear();
    this.#tries = 0;
    this.#setState("online");
    this.#commands.attach((name, body, ack) => socket.emit(name, body, ack));
  }

  /** @param {string} code @param {number} generation */
  #refused(code, generation) {
    if (FINAL_REFUSALS.has(code)) this.#finish("ended", code);
    else this.#dropped(generation);
  }

  /** @param {{epoch: string, sequence: number, state: unknown}} message */
  #takeSnapshot(message) {
    this.#position = { epoch: message.epoch, sequence: message.sequence };
    this.emit("message", { type: "snapshot", state: message.state });
  }

  /** @param {{epoch: string, sequence: number, type: string, at: string, data: any}} message */
  #takeStream(message) {
    const known = this.#position;
    if (!known) return; // A snapshot comes first.
    if (message.epoch === known.epoch && message.sequence <= known.sequence) return; // Seen already.
    if (message.epoch !== known.epoch || message.sequence !== known.sequence + 1) {
      this.#resynchronise();
      return;
    }
    this.#position = { epoch: message.epoch, sequence: message.sequence };
    this.emit("message", { type: message.type, data: message.data });
    if (message.type === "replaced") this.#finish("replaced", null);
    if (message.type === "goodbye") this.#finish("ended", message.data?.reason ?? "ended");
  }

  /** Something is missing: connect anew without `resume`, which brings a snapshot. */
  #resynchronise() {
    this.#position = null;
    this.#abandon();
    this.#lost();
  }

  /** @param {number} generation */
  #dropped(generation) {
    if (generation !== this.#generation) return;
    this.#abandon();
    this.#lost();
  }

  #lost() {
    if (!this.#running) return;
    this.#setState(this.state === "connecting" ? "connecting" : "reconnecting");
    this.#retryTimer.set(backoff(this.#tries, this.#ports.random()), () => void this.#open());
    this.#tries += 1;
  }

  #abandon() {
    this.#generation += 1;
    this.#connectTimer.clear();
    this.#retryTimer.clear();
    this.#commands.detach();
    const socket = this.#socket;
    this.#socket = null;
    socket?.disconnect();
  }

  /** @param {"replaced" | "ended"} state @param {string | null} reason */
  #finish(state, reason) {
    this.#running = false;
    this.#abandon();
    this.#position = null;
    this.#commands.close();
    this.reason = reason;
    this.#setState(state);
  }

  /** @param {SignalState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", state);
  }
}

/** @param {ApiError} error */
function isFinal(error) {
  return [401, 403, 404, 410].includes(error.status);
}
