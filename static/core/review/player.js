// A recording being watched: the clock, everybody on it, and what a person can do with it. No page in here.
import { signal } from "../../vendor/preact.js";
import { clock as realTime } from "../timers.js";
import { MasterClock } from "./clock.js";
import { lanesOf } from "./schedule.js";
import { Synchroniser } from "./sync.js";

/** @typedef {import("./follower.js").Sound} Sound */
/** @typedef {import("./messages.js").RecordingDetail} RecordingDetail */
/** @typedef {import("./messages.js").Segment} Segment */

/** Milliseconds between looks: a drift is seen and a gap begins within that. */
const LOOK = 100;
/** Milliseconds of a step back or on. */
const STEP = 15_000;
/** Milliseconds of one picture: cameras send at most thirty a second. */
const FRAME = 1000 / 30;

/** @type {Sound} */
const LOUD = { muted: false, volume: 1 };

export class Player {
  /** Milliseconds, renewed ten times a second. */
  position = signal(0);
  /** What each person is heard with; who is missing is heard in full. @type {import("../../vendor/preact.js").Signal<ReadonlyMap<string, Sound>>} */
  sounds = signal(new Map());
  /** @type {unknown} */
  #timer = null;
  #time;

  /**
   * @param {Pick<RecordingDetail, "segments" | "participants"> & {duration: number}} recording
   * @param {{open: (segment: Segment) => import("./follower.js").Media, time?: import("../timers.js").Clock, isHidden?: () => boolean}} ports
   */
  constructor({ segments, participants, duration }, { open, time = realTime, isHidden = () => false }) {
    const longest = segments.reduce((end, segment) => Math.max(end, segment.end_ms), duration);
    this.#time = time;
    this.clock = new MasterClock(longest, time);
    this.lanes = lanesOf(segments, participants);
    /** Where there is something to see first: nobody's first picture comes at the very beginning. */
    this.begin = segments.reduce((first, segment) => Math.min(first, segment.start_ms), longest);
    this.clock.seek(segments.length ? this.begin : 0);
    this.sync = new Synchroniser(this.clock, this.lanes, { open, time, isHidden });
  }

  /** Begins to look; `stop` ends it. */
  start() {
    this.#look();
  }

  stop() {
    this.#time.cancel(this.#timer);
    this.#timer = null;
    this.clock.pause();
    this.sync.stop();
  }

  toggle() {
    if (this.clock.playing.value) this.clock.pause();
    else {
      if (this.clock.position >= this.clock.duration) this.clock.seek(this.begin);
      this.clock.play();
    }
    this.#renew();
  }

  /** @param {number} ms */
  seek(ms) {
    this.clock.seek(ms);
    this.#renew();
  }

  /** 15 s back or on. @param {-1 | 1} direction */
  step(direction) {
    this.seek(this.clock.position + direction * STEP);
  }

  /** One picture back or on; stops first: a single picture of a running film is not seen. @param {-1 | 1} direction */
  frame(direction) {
    this.clock.pause();
    this.seek(this.clock.position + direction * FRAME);
  }

  /** @param {string} participantId @returns {Sound} */
  sound(participantId) {
    return this.sounds.value.get(participantId) ?? LOUD;
  }

  /** @param {string} participantId @param {Partial<Sound>} change */
  setSound(participantId, change) {
    const sound = { ...this.sound(participantId), ...change };
    this.sounds.value = new Map([...this.sounds.value, [participantId, sound]]);
    this.sync.setSound(participantId, sound);
  }

  #look() {
    this.#timer = this.#time.after(() => this.#look(), LOOK);
    this.#renew();
  }

  #renew() {
    this.sync.tick();
    const { position } = this.clock;
    if (position !== this.position.value) this.position.value = position;
  }
}
