/** What staff are told of the caller's device: battery, network, what the camera can do, what was allowed. Gathered, and sent as one. */
import { networkKind, watchBattery } from "../../../core/incident/abilities.js";

/** @typedef {import("../../../core/messages.js").CallerFacts} CallerFacts */

/** Milliseconds in which changes are gathered; the server takes twenty a minute. */
const GATHER_MS = 700;
/** Steps in which a battery is told. */
const BATTERY_STEPS = 20;

export class Facts {
  /** @type {CallerFacts} */
  #known = {};
  /** What the server has. */
  #told = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #send;
  #stopBattery = () => {};
  #begun = false;

  /** @param {(facts: CallerFacts) => Promise<boolean>} send whether it got through */
  constructor(send) {
    this.#send = send;
  }

  /** Follows battery and network. */
  begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.#stopBattery = watchBattery(({ level, charging }) => this.say({ battery: Math.round(level * BATTERY_STEPS) / BATTERY_STEPS, charging }));
    const network = networkKind();
    if (network) this.say({ network: network.toLowerCase().replace(/[^a-z0-9_-]/g, "").slice(0, 16) });
  }

  /** @param {CallerFacts} facts */
  say(facts) {
    Object.assign(this.#known, facts);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), GATHER_MS);
  }

  /** A new connection: perhaps of a server that has started anew. */
  again() {
    this.#told = "";
    if (Object.keys(this.#known).length) this.say({});
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stopBattery();
    this.#begun = false;
  }

  async #tell() {
    const text = JSON.stringify(this.#known);
    if (text === this.#told) return;
    if (await this.#send({ ...this.#known })) this.#told = text;
  }
}
