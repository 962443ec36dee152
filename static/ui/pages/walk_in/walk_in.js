/**
 * One person's way in from the street: opens the queue's link, enters, and from then on is a visit like any other. Views read its
 * signals and call its verbs; it draws nothing.
 *
 *   opening -> form | shut | fault -> (entered) inside: the visit's own views
 */
import { signal } from "../../../vendor/preact.js";
import { ApiError, NetworkError, api, newCommandId } from "../../../core/api.js";
import { deviceToken } from "../../../core/media_prefs.js";
import { tokenOf } from "../join/flow.js";
import { Visit } from "../join/visit.js";

/** @typedef {import("./entering.js").Door} Door */
/** @typedef {"opening" | "form" | "shut" | "fault" | "inside"} Place `shut`: closed now, or full */

/** Refusals after which there is no place to take again: the form is shown instead. */
const NO_PLACE = new Set(["invalid_input", "visit_ended", "removed", "not_found"]);
/** Refusals of a seat that ended while the page did not hear of it. */
const PLACE_GONE = new Set(["not_signed_in", "not_allowed", "not_found", "visit_ended", "removed", "gone"]);
/** In this tab: the visit whose line the person left by their own hand, so that a reload does not put them back into it. */
const LEFT = "telemed.walk-in-left";
/** In this tab: the visit one is in, which is not that of the line once staff took the person into another call. */
const SEAT = "telemed.walk-in-seat";

/** @param {string} key @param {string} [sessionId] kept when given @returns {string} */
function kept(key, sessionId) {
  try {
    if (sessionId !== undefined) sessionStorage.setItem(key, sessionId);
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return ""; // Denied: then a reload leads to the line, or to the form.
  }
}

export class WalkIn extends Visit {
  isQueued = true;
  place = signal(/** @type {Place} */ ("opening"));
  door = signal(/** @type {Door | null} */ (null));
  /** Why the link does not lead anywhere. */
  fault = signal("");
  /** The person wishes to take the place again that was left. */
  #again = false;
  /** Somebody else has this device than who left the line. */
  #anew = false;
  /** One intention to enter, however often it is sent. */
  #entering = newCommandId();

  /** Looks through the door; who is in line already, takes the place again. @override */
  async open() {
    const token = tokenOf(location.hash);
    this.dropLink();
    this.show({ name: "opening" });
    this.place.value = "opening";
    if (!token) return this.#wrong("walk_in_unknown");
    try {
      const answer = await this.#look(token);
      if (answer.entry?.left && !this.#again) this.#hasLeft();
      else if (answer.entry) await this.#comeBack(token, answer.entry.session_id);
      else if (await this.#stillIn(kept(SEAT))) this.#inside({ session_id: kept(SEAT), participant_id: "", state: "checking" });
      else this.place.value = answer.queue.open && !answer.queue.full ? "form" : "shut";
    } catch (error) {
      this.#refused(error);
    }
    this.#again = false;
    return undefined;
  }

  /** How it is now: people come and go, and doors close, while somebody reads. Trouble is left for the moment of entering. */
  async look() {
    const token = tokenOf(location.hash);
    if (!token || (this.place.value !== "form" && this.place.value !== "shut")) return;
    const answer = await this.#look(token).catch(() => null);
    if (!answer) return;
    if (answer.entry && !this.#anew) await this.open();
    else if (this.place.value === "shut" && answer.queue.open && !answer.queue.full) this.place.value = "form";
  }

  /**
   * Into the line. Rejects when that did not work; sending again does no harm.
   * @param {Record<string, unknown>} fields of the form
   */
  async enter(fields) {
    const token = tokenOf(location.hash) ?? "";
    try {
      this.#inside(await api.post("/walk-ins/enter", { ...fields, token, device: deviceToken(), command_id: this.#entering, anew: this.#anew }));
    } catch (error) {
      await this.#notEntered(error, token);
    }
  }

  /** @param {string} token */
  async #look(token) {
    /** @type {{queue: Door, entry: {session_id: string, participant_id: string, left?: boolean} | null}} */
    const answer = await api.post("/walk-ins/open", { token, device: deviceToken() });
    this.door.value = answer.queue;
    return answer;
  }

  /** @override @param {import("../join/visit.js").SeatAnswer} answer */
  sit(answer) {
    kept(SEAT, answer.session_id);
    super.sit(answer);
  }

  /** @param {string} sessionId @returns {Promise<boolean>} whether this browser has a seat there */
  async #stillIn(sessionId) {
    if (!sessionId) return false;
    return api.post(`/sessions/${sessionId}/ticket`, { as: "seat" }).then(() => true, () => false);
  }

  /** @override The place is there for a while yet; going back to it is the person's own wish. */
  async leave() {
    kept(LEFT, this.seat.value?.sessionId ?? "");
    await super.leave();
  }

  /** A page that slept learns at its next connection, by a refusal, that its place is gone. @override @param {import("../join/flow.js").View} view */
  show(view) {
    if (view.name === "goodbye") kept(SEAT, "");
    if (view.name === "fault" && PLACE_GONE.has(view.code)) super.show({ name: "goodbye", reason: "ended" });
    else super.show(view);
  }

  /** @override */
  again() {
    kept(LEFT, "");
    this.#again = true;
    return super.again();
  }

  /** Somebody else has this device now: the form, and a place of their own. @override */
  anew() {
    kept(LEFT, "");
    this.#anew = true;
    this.show({ name: "opening" });
    const door = this.door.value;
    this.place.value = !door || (door.open && !door.full) ? "form" : "shut";
    if (!door) void this.open();
  }

  #hasLeft() {
    this.place.value = "inside";
    this.show({ name: "goodbye", reason: "left" });
  }

  /** @param {string} token @param {string} sessionId */
  async #comeBack(token, sessionId) {
    if (kept(LEFT) === sessionId) return this.#hasLeft();
    try {
      // What the form would hold is known there and not looked at.
      this.#inside(await api.post("/walk-ins/enter", { token, device: deviceToken(), name: "?", reason: "?", command_id: newCommandId() }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (NO_PLACE.has(error.code)) this.place.value = "form";
      else await this.#notEntered(error, token);
    }
    return undefined;
  }

  /** @param {import("../join/visit.js").SeatAnswer} answer */
  #inside(answer) {
    this.#entering = newCommandId();
    this.#anew = false;
    this.place.value = "inside";
    this.sit(answer);
  }

  /** @param {unknown} error @param {string} token */
  async #notEntered(error, token) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status < 500 && error.code !== "too_many") this.#entering = newCommandId(); // What was refused is not what will be sent next.
    if (error.code === "queue_closed" || error.code === "queue_full") {
      await this.#look(token);
      this.place.value = "shut";
    } else if (error.code === "walk_in_unknown" || error.code === "walk_in_revoked") this.#wrong(error.code);
    else throw error;
  }

  /** @param {unknown} error */
  #refused(error) {
    this.#wrong(error instanceof ApiError || error instanceof NetworkError ? error.code : "unexpected");
  }

  /** @param {string} code */
  #wrong(code) {
    this.fault.value = code === "not_found" || code === "invalid_input" ? "walk_in_unknown" : code;
    this.place.value = "fault";
  }
}
