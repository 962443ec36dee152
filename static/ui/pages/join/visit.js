/**
 * One person's way through a visit, from the link to the goodbye: opens the link, keeps the seat's connection, and says which
 * view is shown. Views read its signals and call its verbs; it draws nothing.
 */
import { computed, signal } from "../../../vendor/preact.js";
import { ApiError, NetworkError, api } from "../../../core/api.js";
import { deviceToken } from "../../../core/media_prefs.js";
import { reduce } from "../../../core/reducer.js";
import { Relay } from "../../../core/relay.js";
import { Signal } from "../../../core/signal.js";
import { connectSocket } from "../../../core/socket.js";
import { follow, tokenOf, viewOf, viewOfEnd, viewOfRefusal } from "./flow.js";

/** @typedef {import("./flow.js").View} View */
/** @typedef {import("../../../core/messages.js").CallState} CallState */
/** @typedef {import("../../../core/messages.js").DeviceReport} DeviceReport */
/** @typedef {{sessionId: string, participantId: string, name: string}} Seat */
/** @typedef {{session_id: string, participant_id: string, name?: string, state: import("../../../core/messages.js").ParticipantState}} SeatAnswer */

/** Milliseconds between questions whether staff agreed to the move (docs/protocol.md section 1.2). */
const MOVE_POLL = 2_000;
/** Milliseconds between tries while the link is too early and the server did not say how long. */
const EARLY_POLL = 20_000;

/** @param {string} sessionId @param {Relay} relay */
async function fetchTicket(sessionId, relay) {
  const answer = await api.post(`/sessions/${sessionId}/ticket`, { as: "seat" });
  relay.take(answer.ice);
  return /** @type {string} */ (answer.ticket);
}

export class Visit {
  view = signal(/** @type {View} */ ({ name: "opening" }));
  seat = signal(/** @type {Seat | null} */ (null));
  call = signal(/** @type {CallState | null} */ (null));
  connection = signal(/** @type {import("../../../core/signal.js").SignalState} */ ("connecting"));
  /** The waiting room the person came by. */
  queue = computed(() => this.call.value?.queue ?? null);
  /** Whether this page leads into a waiting room, known before its state is. */
  isQueued = false;
  /** Names of the clinicians, as far as known. */
  clinicians = computed(() => this.call.value?.session.clinicians ?? []);
  /** @type {Signal | null} */
  link = null;
  /** The relay as told to that connection. @type {Relay | null} */
  relay = null;
  /** @type {ReturnType<typeof setTimeout> | null} */
  #timer = null;
  /** @type {(() => void)[]} */
  #listeners = [];
  /** The name as the server has it. */
  #knownName = "";
  /** The visit one is on the way out of, into another call. */
  #following = "";

  /** Takes the link of the address; also after a reload and after another link was tapped in the same tab. */
  async open() {
    const token = tokenOf(location.hash);
    this.show({ name: "opening" });
    if (!token) return this.show({ name: "fault", code: "link_unknown" });
    return this.#ask(token);
  }

  /** The link leads to a seat that is live elsewhere: ask staff to move it here. */
  async askMove() {
    const token = tokenOf(location.hash);
    if (!token) return;
    try {
      await api.post("/links/move", { token, device: deviceToken() });
      this.show({ name: "move", step: "asked" });
      this.#later(MOVE_POLL, () => void this.#ask(token));
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Asks the clinic for a new link; staff see it as a task. Rejects when the request did not get through. */
  async recover() {
    await api.post("/links/recover", { token: tokenOf(location.hash) ?? "" });
  }

  /** Tells the name as the person writes it; a reload finds it again. @param {string} name */
  async rename(name) {
    const seat = this.seat.value;
    if (!seat || !name || name === this.#knownName) return;
    this.seat.value = { ...seat, name };
    await this.link?.command("set_name", { name });
    this.#knownName = name;
  }

  /** @param {string} name @param {DeviceReport} report */
  async enterWaiting(name, report) {
    // In this order on the wire, in one round trip. Only the last must succeed.
    void this.rename(name).catch(() => {});
    void this.report(report);
    await this.link?.command("enter_waiting");
    this.show({ name: "waiting" });
  }

  /** Tells staff what the device check found. It helps them; without it the visit takes place just the same. @param {DeviceReport} report */
  async report(report) {
    await this.link?.command("device_report", report).catch(() => {});
  }

  /** Gives the place up. */
  async leave() {
    // Unanswered or refused, the person is gone all the same; the server notices by itself.
    await this.link?.command("leave", {}, { giveUpAfter: 4_000 }).catch(() => {});
    this.end("left");
  }

  /** @param {"ended" | "removed" | "denied" | "moved" | "left"} reason */
  end(reason) {
    this.dropLink();
    this.show({ name: "goodbye", reason });
  }

  /** The call ended, in one way or another. @param {string | null} reason of core/signal.js; null: another page took over; "waiting": sent back into the line */
  ended(reason) {
    if (reason === "waiting") this.sentBack();
    else this.show(reason === null ? { name: "elsewhere" } : viewOfEnd(reason));
  }

  /** Takes a seat that the server gave, and follows it. @param {SeatAnswer} answer */
  sit({ session_id: sessionId, participant_id: participantId, name, state }) {
    this.seat.value = { sessionId, participantId, name: name ?? "" };
    this.#knownName = name ?? "";
    this.show(viewOf(state));
    this.#connect(sessionId);
  }

  /** Out of the call and into the line again: staff put the person back, or sent them on to another waiting room. */
  sentBack() {
    this.show({ name: "waiting" });
    this.#connect(this.seat.value?.sessionId ?? "");
  }

  /** The person agreed to join the call that staff asked them into: that one's seat, then its connection. */
  async follow() {
    const own = this.seat.value?.sessionId ?? "";
    if (!own || this.#following === own) return;
    this.#following = own;
    try {
      this.sit(await api.post(`/sessions/${own}/follow`, { device: deviceToken() }));
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#following = "";
    }
  }

  /** This page takes the seat back from the one that replaced it, or comes back after leaving. */
  again() {
    return this.open();
  }

  /** Somebody else than who left has this device: only where people come from the street. */
  anew() {}

  /** @param {string} token @returns {Promise<void>} */
  async #ask(token) {
    try {
      const answer = await api.post("/links/open", { token, device: deviceToken() });
      if (answer.status === "approval_needed") {
        this.#approvalNeeded(token);
        return;
      }
      this.sit(answer);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** @param {string} token */
  #approvalNeeded(token) {
    const view = this.view.value;
    if (view.name === "move" && view.step === "asked") this.#later(MOVE_POLL, () => void this.#ask(token));
    else this.show({ name: "move", step: "ask" });
  }

  /** @param {unknown} error */
  #refused(error) {
    const waitingForStaff = this.view.value.name === "move";
    if (error instanceof ApiError) {
      const view = viewOfRefusal(error);
      this.show(view);
      if (view.name === "early") this.#later(view.seconds === null ? EARLY_POLL : view.seconds * 1000, () => this.#tryAgain());
    } else if (waitingForStaff && error instanceof NetworkError) this.#later(MOVE_POLL, () => this.#tryAgain());
    else this.show({ name: "fault", code: error instanceof NetworkError ? error.code : "unexpected" });
  }

  #tryAgain() {
    const token = tokenOf(location.hash);
    return token ? this.#ask(token) : undefined;
  }

  /** @param {string} sessionId */
  #connect(sessionId) {
    this.dropLink();
    this.call.value = null;
    const relay = new Relay({ ask: () => api.post(`/sessions/${sessionId}/ice`, { as: "seat" }) });
    this.relay = relay;
    const link = new Signal({ fetchTicket: () => fetchTicket(sessionId, relay), connect: (payload) => connectSocket("/call", payload) });
    this.link = link;
    this.#listeners = [link.on("message", (message) => this.#received(message)), link.on("state", (state) => this.#connectionChanged(state, link.reason))];
    link.start();
  }

  /** @param {import("../../../core/messages.js").CallMessage} message */
  #received(message) {
    const state = reduce(this.call.value, message);
    this.call.value = state;
    if (state) this.show(follow(this.view.value, state.you.state));
  }

  /** @param {import("../../../core/signal.js").SignalState} state @param {string | null} reason */
  #connectionChanged(state, reason) {
    this.connection.value = state;
    if (state === "replaced") this.show({ name: "elsewhere" });
    if (state === "ended" && this.view.value.name !== "goodbye") this.show(viewOfEnd(reason));
  }

  /** Ends the connection without a word to the server; the seat stays. */
  dropLink() {
    this.handOverLink()?.stop();
    this.relay?.stop();
  }

  /** Lets go of the connection without ending it: it is the caller's now. */
  handOverLink() {
    for (const stop of this.#listeners) stop();
    this.#listeners = [];
    const { link } = this;
    this.link = null;
    return link;
  }

  /** Shows a view; a question that was to be repeated is not. @param {View} view */
  show(view) {
    if (view.name !== "move" && this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.view.value = view;
  }

  /** @param {number} ms @param {() => unknown} act */
  #later(ms, act) {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      act();
    }, ms);
  }
}
