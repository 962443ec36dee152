// Where this device is, from the person's yes on: a rough position at once, better ones as they come. Never rejects: what does not
// work is a state, which says what to tell the person.
//
//   before --ask--> asking --yes--> known                 positions flow
//   asking --no--> refused | dismissed                     dismissed: the browser will ask again
//   asking --nothing for a while--> unanswered --yes--> known
//   asking | known --no satellites, no network, or long none--> lost --a position--> known
import { Emitter } from "../emitter.js";
import { permissionOf, wasPutAway } from "../permission.js";
import { offset } from "./sketch.js";

/** @typedef {"before" | "asking" | "known" | "refused" | "dismissed" | "unanswered" | "lost" | "none"} WhereState */
/** @typedef {import("./sketch.js").Fix & {altitude_m: number | null, heading: number | null, speed_mps: number | null}} Position */

/** Milliseconds after which an open question counts as overlooked. */
const UNANSWERED_MS = 12_000;
/** Milliseconds (after the yes) for the rough position; then the exact one is waited for by itself. */
const ROUGH_MS = 3_000;
/** A position this old (milliseconds) is as good as a new one to begin with. */
const ROUGH_AGE_MS = 60_000;
/** Milliseconds without a position after which it is sent again, as a sign of life; also the most often that small changes are told. */
const REPEAT_MS = 10_000;
const LEAST_MS = 2_000;
/** Some devices count in other units or from another year: what cannot be a time is taken as now. */
const LAST_TIME_MS = Date.UTC(2100, 0);
/** Metres that are worth telling, and the share of uncertainty. */
const MOVED_M = 8;
const BETTER = 0.8;

/** @param {GeolocationPosition} position @returns {Position} */
function positionOf({ coords, timestamp }) {
  const known = (/** @type {number | null} */ value) => (value !== null && Number.isFinite(value) ? value : null);
  return {
    latitude: coords.latitude,
    longitude: coords.longitude,
    accuracy_m: Math.max(1, coords.accuracy),
    altitude_m: known(coords.altitude),
    heading: known(coords.heading),
    speed_mps: known(coords.speed),
    at: new Date(timestamp > 0 && timestamp < LAST_TIME_MS ? timestamp : Date.now()).toISOString(),
  };
}

/**
 * Whether `next` says something that `told` did not.
 * @param {Position | null} told @param {Position} next @param {number} passed milliseconds
 */
export function worthTelling(told, next, passed) {
  if (!told || passed >= REPEAT_MS) return true;
  if (passed < LEAST_MS) return next.accuracy_m < told.accuracy_m / 4; // From kilometres to metres cannot wait.
  const { east, north } = offset(told, next);
  return Math.hypot(east, north) >= MOVED_M || next.accuracy_m <= told.accuracy_m * BETTER;
}

/** @extends {Emitter<{state: WhereState, position: Position}>} */
export class Whereabouts extends Emitter {
  /** @type {WhereState} */
  state = "before";
  /** @type {Position | null} */
  position = null;
  /** @type {Position | null} */
  #told = null;
  #toldAt = 0;
  /** @type {number | null} */
  #watch = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #patience;
  #turn = 0;
  #geolocation;
  #permissions;

  /** @param {{geolocation?: Geolocation | undefined, permissions?: Permissions | undefined}} [ports] */
  constructor(ports = {}) {
    super();
    this.#geolocation = "geolocation" in ports ? ports.geolocation : globalThis.navigator?.geolocation;
    this.#permissions = "permissions" in ports ? ports.permissions : globalThis.navigator?.permissions;
  }

  /** Whether the browser has the person's yes already. @returns {Promise<boolean>} */
  async allowed() {
    return (await permissionOf(this.#permissions, "geolocation")) === "granted";
  }

  /** Brings up the browser's question, best in a tap. May be called again after a no. */
  ask() {
    if (!this.#geolocation) return this.#is("none");
    if (this.state === "asking") return;
    this.#is("asking");
    const turn = (this.#turn += 1);
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => void this.#waited(), UNANSWERED_MS);
    // One question for both: the exact one is asked for when the first has its answer.
    this.#geolocation.getCurrentPosition(
      (position) => { this.#came(position); this.#follow(); },
      (error) => (error.code === error.PERMISSION_DENIED ? void this.#refused(turn) : this.#follow()),
      { enableHighAccuracy: false, maximumAge: ROUGH_AGE_MS, timeout: ROUGH_MS },
    );
  }

  /** No more positions. */
  stop() {
    clearTimeout(this.#patience);
    if (this.#watch !== null) this.#geolocation?.clearWatch(this.#watch);
    this.#watch = null;
  }

  /** The last one did not get through: the next is told whatever it says. */
  again() {
    this.#told = null;
  }

  #follow() {
    if (this.#watch !== null || !this.#geolocation) return;
    this.#watch = this.#geolocation.watchPosition(
      (position) => this.#came(position),
      (error) => (error.code === error.PERMISSION_DENIED ? void this.#refused(this.#turn) : this.#is("lost")),
      { enableHighAccuracy: true, maximumAge: 0 },
    );
  }

  /** @param {GeolocationPosition} found */
  #came(found) {
    clearTimeout(this.#patience);
    const position = positionOf(found);
    this.position = position;
    this.#is("known");
    const now = Date.now();
    if (!worthTelling(this.#told, position, Math.abs(now - this.#toldAt))) return;
    [this.#told, this.#toldAt] = [position, now];
    this.emit("position", position);
  }

  /** Nothing came: the question was overlooked, or it was answered with yes and the device does not know. */
  async #waited() {
    const allowed = await this.allowed();
    if (this.state === "asking") this.#is(allowed ? "lost" : "unanswered");
  }

  /** Firefox says no to an open question in favour of the next one: only the newest says how it is. @param {number} turn */
  async #refused(turn) {
    if (turn !== this.#turn) return;
    this.stop();
    const putAway = await wasPutAway(this.#permissions, "geolocation");
    if (turn === this.#turn) this.#is(putAway ? "dismissed" : "refused");
  }

  /** @param {WhereState} state */
  #is(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", state);
  }
}
