// All participants on one clock: opens the files that play now, keeps each on the clock, lets all wait for the slowest, skips what is damaged.
import { signal } from "../../vendor/preact.js";
import { clock as realTime } from "../timers.js";
import { Follower, LIMIT } from "./follower.js";
import { nextSegment, segmentAt } from "./schedule.js";

/** @typedef {import("./follower.js").Media} Media */
/** @typedef {import("./follower.js").Sound} Sound */
/** @typedef {import("./schedule.js").Lane} Lane */
/** @typedef {import("./messages.js").Segment} Segment */
/** @typedef {"damaged" | "unsupported" | "unreachable" | "skipped"} Fault */
/** @typedef {{lane: Lane, segment: Segment | null, media: Media | null, state: "on" | "waiting" | "gap" | "broken", fault: Fault | ""}} LaneView */
/** @typedef {{open: (segment: Segment) => Media, time?: Pick<import("../timers.js").Clock, "now">, isHidden?: () => boolean}} SyncPorts `isHidden`: whether nobody can see the page */

/** Milliseconds of the recording before a file begins that it is opened, at single speed. */
const AHEAD = 10_000;
/** Milliseconds the others wait before the page says whom they wait for. */
const SLOW = 8_000;
/** Milliseconds after a start in which the clock takes the position the files really have: they begin a moment after they are told to. */
const STARTING = 500;
/** Milliseconds behind from which on a file is put in its place anew. */
const LOST = 3_000;

export class Synchroniser {
  /** @type {import("../../vendor/preact.js").Signal<LaneView[]>} */
  views = signal([]);
  /** Files that cannot be played, and why. @type {import("../../vendor/preact.js").Signal<ReadonlyMap<string, Fault>>} */
  faults = signal(new Map());
  /** Lanes the others have been waiting for, for longer than a person likes. @type {import("../../vendor/preact.js").Signal<string[]>} */
  slow = signal([]);
  /** The browser wants a press before it plays sound. */
  blocked = signal(false);
  /** @type {Map<string, Follower>} by lane */
  #now = new Map();
  /** @type {Map<string, Follower>} by lane: opened ahead of time */
  #next = new Map();
  /** @type {Map<string, Sound>} by person */
  #sounds = new Map();
  #clock;
  #lanes;
  #open;
  #time;
  #isHidden;
  #jumps = 0;
  #moving = false;
  #movingSince = 0;
  #hasAdopted = false;
  #heldSince = 0;
  #seen = "";

  /** @param {import("./clock.js").MasterClock} clock @param {readonly Lane[]} lanes @param {SyncPorts} ports */
  constructor(clock, lanes, { open, time = realTime, isHidden = () => false }) {
    this.#clock = clock;
    this.#lanes = lanes;
    this.#open = open;
    this.#time = time;
    this.#isHidden = isHidden;
  }

  /** Looks at everything once; call it ten times a second. */
  tick() {
    const ms = this.#moment();
    for (const lane of this.#lanes) this.#occupy(lane, ms);
    this.#dropFaulty();
    if (this.#clock.playing.value) this.#run(ms);
    else this.#rest(ms);
    if (this.#clock.playing.value && this.#clock.position >= this.#clock.duration) this.#clock.pause();
    this.#publish();
  }

  /** @param {string} participantId @param {Sound} sound */
  setSound(participantId, sound) {
    this.#sounds.set(participantId, sound);
    for (const { segment, media } of [...this.#now.values(), ...this.#next.values()]) if (segment.participant_id === participantId) media.setSound(sound);
  }

  /** Goes on without what the others wait for. @param {string} laneId */
  skip(laneId) {
    const follower = this.#now.get(laneId);
    if (follower) this.#giveUp(laneId, follower, "skipped");
  }

  /** Tries files anew that could not be played. */
  retry() {
    this.faults.value = new Map();
  }

  /** At the very end the last picture stays. */
  #moment() {
    return Math.min(this.#clock.position, Math.max(0, this.#clock.duration - 1));
  }

  /** Releases every file. */
  stop() {
    for (const { media } of [...this.#now.values(), ...this.#next.values()]) media.release();
    this.#now.clear();
    this.#next.clear();
    this.#publish();
  }

  /** Sees to it that the lane has the file of the moment, and soon the next. @param {Lane} lane @param {number} ms */
  #occupy(lane, ms) {
    const segment = this.#playable(segmentAt(lane, ms));
    const present = this.#now.get(lane.id);
    if (present && present.segment !== segment) {
      present.media.release();
      this.#now.delete(lane.id);
    }
    if (segment && !this.#now.has(lane.id)) this.#now.set(lane.id, this.#takeNext(lane, segment) ?? this.#opened(segment));
    this.#prepare(lane, ms);
  }

  /** @param {Segment | null} segment */
  #playable(segment) {
    return segment && !this.faults.value.has(segment.id) ? segment : null;
  }

  /** @param {Segment} segment */
  #opened(segment) {
    const media = this.#open(segment);
    const sound = this.#sounds.get(segment.participant_id);
    if (sound) media.setSound(sound);
    return new Follower(segment, media);
  }

  /** @param {Lane} lane @param {Segment} segment */
  #takeNext(lane, segment) {
    const next = this.#next.get(lane.id);
    if (next?.segment !== segment) return null;
    this.#next.delete(lane.id);
    return next;
  }

  /** @param {Lane} lane @param {number} ms */
  #prepare(lane, ms) {
    const following = this.#playable(nextSegment(lane, ms));
    const isNear = following !== null && this.#clock.playing.value && following.start_ms - ms < AHEAD * this.#clock.rate.value;
    const prepared = this.#next.get(lane.id);
    if (prepared && prepared.segment !== following) {
      prepared.media.release();
      this.#next.delete(lane.id);
    }
    if (!isNear || this.#next.has(lane.id)) return;
    const follower = this.#opened(following);
    follower.media.fetchMore();
    this.#next.set(lane.id, follower);
  }

  #dropFaulty() {
    for (const [laneId, follower] of this.#now) if (follower.media.fault) this.#giveUp(laneId, follower, follower.media.fault);
    for (const [laneId, follower] of this.#next) {
      if (!follower.media.fault) continue;
      // Told when its time has come: by then the network may be back.
      follower.media.release();
      this.#next.delete(laneId);
    }
  }

  /** @param {string} laneId @param {Follower} follower @param {Fault} fault */
  #giveUp(laneId, follower, fault) {
    follower.media.release();
    this.#now.delete(laneId);
    this.faults.value = new Map([...this.faults.value, [follower.segment.id, fault]]);
  }

  /** @param {number} ms */
  #rest(ms) {
    this.#moving = false;
    this.#jumps = this.#clock.jumps.value;
    if (this.#clock.held.value) this.#clock.release();
    for (const follower of this.#now.values()) follower.place(ms);
    this.slow.value = this.slow.value.length ? [] : this.slow.value;
  }

  /** @param {number} ms */
  #run(ms) {
    this.blocked.value = false;
    const hasJumped = this.#jumps !== this.#clock.jumps.value;
    this.#jumps = this.#clock.jumps.value;
    const followers = [...this.#now.values()];
    if (this.#moving && !hasJumped && !followers.some((one) => one.isWaiting)) return this.#follow(ms, followers);
    if (!this.#clock.held.value) this.#halt();
    this.#gather(this.#moment(), followers);
  }

  /** Time stands still for all. */
  #halt() {
    this.#clock.hold();
    this.#moving = false;
    this.#heldSince = this.#time.now();
  }

  /** Everybody to the same moment; when all are there and have data, all begin. @param {number} ms @param {readonly Follower[]} followers */
  #gather(ms, followers) {
    this.#moving = false;
    for (const follower of followers) {
      follower.media.fetchMore();
      follower.place(ms);
    }
    const isReady = followers.every((one) => !one.isWaiting && one.isPlaced(ms));
    if (!isReady) return this.#tellSlow();
    this.slow.value = this.slow.value.length ? [] : this.slow.value;
    this.#clock.release();
    this.#moving = true;
    this.#movingSince = this.#time.now();
    this.#hasAdopted = false;
    for (const follower of followers) this.#start(follower);
  }

  #tellSlow() {
    if (this.#time.now() - this.#heldSince < SLOW) return;
    const waiting = [...this.#now].filter(([, one]) => one.isWaiting).map(([laneId]) => laneId);
    if (waiting.join() !== this.slow.value.join()) this.slow.value = waiting;
  }

  /** @param {Follower} follower */
  #start(follower) {
    follower.start(this.#clock.rate.value).catch((/** @type {unknown} */ error) => {
      if (/** @type {{name?: string}} */ (error)?.name !== "NotAllowedError") return; // A pause came first, or the element tells its fault by itself.
      this.#clock.pause();
      this.blocked.value = true;
    });
  }

  /** @param {number} ms @param {readonly Follower[]} followers */
  #follow(ms, followers) {
    const rate = this.#clock.rate.value;
    const playing = [];
    for (const follower of followers) {
      if (follower.media.paused && !follower.media.ended && !follower.isResting) {
        if (this.#isHidden() && !follower.isPlaced(ms)) continue; // Browsers stop what has no sound in a hidden page: it comes back with the page.
        if (!follower.isPlaced(ms)) return this.#halt(); // It came in the middle: all wait until it stands where they are.
        this.#start(follower);
        continue;
      }
      follower.follow(ms, rate);
      if (!follower.media.ended) playing.push(follower);
    }
    if (playing.length) this.#agree(ms, playing);
  }

  /**
   * Moves the clock, not the files: after a start to where they are, later back to one that lags, so that the others wait for it.
   * @param {number} ms
   * @param {readonly Follower[]} playing
   */
  #agree(ms, playing) {
    const drifts = playing.map((one) => one.drift);
    const slowest = Math.min(...drifts);
    if (slowest < -LOST) return this.#halt();
    if (!this.#hasAdopted && this.#time.now() - this.#movingSince >= STARTING) {
      this.#hasAdopted = true;
      this.#adopt(ms + (slowest + Math.max(...drifts)) / 2, playing);
    } else if (this.#hasAdopted && slowest < -LIMIT) this.#adopt(ms + slowest, playing);
  }

  /** @param {number} ms @param {readonly Follower[]} followers */
  #adopt(ms, followers) {
    this.#clock.adopt(ms);
    for (const follower of followers) {
      follower.remeasure();
      follower.follow(ms, this.#clock.rate.value);
    }
  }

  /** Tells the page what each lane shows, when that changed. */
  #publish() {
    const views = this.#lanes.map((lane) => this.#viewOf(lane));
    const seen = views.map((view) => `${view.lane.id}|${view.segment?.id}|${view.state}|${view.fault}`).join();
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.views.value = views;
  }

  /** @param {Lane} lane @returns {LaneView} */
  #viewOf(lane) {
    const segment = segmentAt(lane, this.#moment());
    const follower = this.#now.get(lane.id);
    if (follower && follower.segment === segment) return { lane, segment, media: follower.media, state: follower.isWaiting ? "waiting" : "on", fault: "" };
    const fault = segment ? (this.faults.value.get(segment.id) ?? "") : "";
    return { lane, segment, media: null, state: fault ? "broken" : "gap", fault };
  }
}
