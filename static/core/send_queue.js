// Pictures that this browser has encoded and cannot send yet. Up to two seconds of them stand in front of its link, in the browser
// itself, where no round trip shows them: what the other side sees is that old, and its browser keeps the voice back until the lips fit.
// So encoders get a ceiling below what the link really carries until nothing waits, and more again bit by bit.

/** Milliseconds between two looks. */
const LOOK_MS = 1_000;
/** Seconds a packet of a picture waits from which the ceiling falls, falls far, and from which it does not rise. */
const LONG = 0.25;
const VERY_LONG = 0.8;
const SHORT = 0.1;
/** Of what really leaves: the rest empties the queue. */
const LESS = 0.75;
const MUCH_LESS = 0.5;
/** Bit/s: the smallest picture that is still worth its name. */
const LEAST = 30_000;
/** Growth in each look, and from this share of what was too much the last time. */
const GROWTH = 1.08;
const NEAR = 0.85;
const GROWTH_NEAR = 1.02;
/** Times what was too much: so far beyond it the link is another one by now. */
const BEYOND = 1.1;
/** Milliseconds without a picture after which nothing is known of the link any more. */
const IDLE_MS = 10_000;
/** Times what leaves: a ceiling so high limits nothing, and is lifted. */
const FAR_ABOVE = 3;

/** Seconds of waiting from which nothing else is to be sent beside the call, and for how many milliseconds after. */
const TOO_LONG = 0.5;
const REST_MS = 3_000;
/** Milliseconds a link counts as full after pictures waited, and as lossy after so much of our voice was reported lost. */
const FULL_MS = 60_000;
const LOSSY_MS = 20_000;
const LOSSY = 0.1;

/** @typedef {{packets: number, waited: number, bits: number}} Sent counters of one line and size */

/** @param {Iterable<[string, any]>} report @returns {Map<string, Sent>} of lines whose browser tells how long packets wait */
function sentPictures(report) {
  /** @type {Map<string, Sent>} */
  const lines = new Map();
  for (const [id, entry] of report) {
    if (entry.type !== "outbound-rtp" || entry.kind !== "video" || typeof entry.totalPacketSendDelay !== "number") continue;
    const bytes = (entry.bytesSent ?? 0) + (entry.headerBytesSent ?? 0);
    lines.set(id, { packets: entry.packetsSent ?? 0, waited: entry.totalPacketSendDelay, bits: bytes * 8 });
  }
  return lines;
}

/** How long pictures wait in this browser, and what their encoders may make of it. */
export class SendQueue {
  /** Bit/s of all pictures together, 0: no limit of ours. */
  ceiling = 0;
  /** Bit/s that was too much. */
  #tooMuch = Infinity;
  #at = -Infinity;
  #leftAt = -Infinity;
  #waitedAt = -Infinity;
  #tooLongAt = -Infinity;
  #lossyAt = -Infinity;
  /** @type {Map<string, Sent>} */
  #before = new Map();

  /** Whether pictures wait so long, or did a moment ago, that the voice is kept back with them. */
  get waits() {
    return this.#at - this.#tooLongAt < REST_MS;
  }

  /** Whether a voice that repeats frames would take what pictures lack; of one that loses much that is no matter. */
  get isFull() {
    return this.#at - this.#waitedAt < FULL_MS && this.#at - this.#lossyAt >= LOSSY_MS;
  }

  /** Another connection: what waited for the last one is gone. */
  forget() {
    this.ceiling = 0;
    this.#tooMuch = Infinity;
    this.#at = this.#leftAt = this.#waitedAt = this.#tooLongAt = this.#lossyAt = -Infinity;
    this.#before = new Map();
  }

  /** @param {Iterable<[string, any]>} report @param {number} now monotonic milliseconds @returns {boolean} whether the ceiling or `isFull` changed */
  look(report, now) {
    const elapsed = now - this.#at;
    if (elapsed < LOOK_MS) return false;
    const [before, wasFull] = [this.ceiling, this.isFull];
    for (const [, entry] of report) if (entry.type === "remote-inbound-rtp" && entry.kind === "audio" && entry.fractionLost >= LOSSY) this.#lossyAt = now;
    this.#measure(report, now, elapsed);
    return this.ceiling !== before || this.isFull !== wasFull;
  }

  /** @param {Iterable<[string, any]>} report @param {number} now @param {number} elapsed milliseconds */
  #measure(report, now, elapsed) {
    const lines = sentPictures(report);
    const grown = { packets: 0, waited: 0, bits: 0 };
    for (const [id, line] of lines) {
      const old = this.#before.get(id);
      if (!old || line.packets < old.packets) continue;
      grown.packets += line.packets - old.packets;
      grown.waited += line.waited - old.waited;
      grown.bits += line.bits - old.bits;
    }
    this.#at = now;
    this.#before = lines;
    if (grown.packets) {
      this.#leftAt = now;
      this.#decide(grown.waited / grown.packets, (grown.bits * 1000) / elapsed);
    } else if (now - this.#leftAt > IDLE_MS) {
      this.ceiling = 0;
      this.#tooMuch = Infinity;
    }
  }

  /** @param {number} wait seconds @param {number} rate bit/s that left */
  #decide(wait, rate) {
    if (wait > LONG) {
      this.#waitedAt = this.#at;
      if (wait > TOO_LONG) this.#tooLongAt = this.#at;
      this.#tooMuch = rate;
      this.ceiling = Math.round(Math.max(LEAST, rate * (wait > VERY_LONG ? MUCH_LESS : LESS)));
    } else if (this.ceiling && wait < SHORT) {
      if (this.ceiling > BEYOND * this.#tooMuch) this.#tooMuch = Infinity;
      const grown = this.ceiling * (this.ceiling < NEAR * this.#tooMuch ? GROWTH : GROWTH_NEAR);
      this.ceiling = grown > FAR_ABOVE * rate ? 0 : Math.round(grown);
    }
  }
}
