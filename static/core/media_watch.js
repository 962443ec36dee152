// Notices within 1.5 s that nothing arrives any more, long before ICE does (its consent runs out after 15-30 s).
//
// Whatever arrives counts: RTP, and the server's RTCP, which answers our own media every 100 ms. The watch is armed by moments
// of steady arrival, so that a call in which nothing flows (all muted, everyone on hold) is never taken for a broken one.

/** Milliseconds without arrival. */
export const SILENCE_MS = 1_500;
/** Samples with arrival that arm the watch: three quarters of a second, twice what is still under way on a satellite link when the path breaks. */
const STEADY = 3;

/** @typedef {{packets: number, answers: number}} Arrival `packets`: counters of media and feedback; `answers`: of STUN */

/**
 * Adds up what has arrived, from a stats report.
 * @param {Iterable<[string, any]>} report
 * @returns {Arrival}
 */
export function arrivalOf(report) {
  let [packets, answers] = [0, 0];
  for (const [, entry] of report) {
    if (entry.type === "inbound-rtp") packets += entry.packetsReceived ?? 0;
    if (entry.type === "candidate-pair") {
      packets += entry.bytesReceived ?? 0;
      answers += entry.responsesReceived ?? 0;
    }
  }
  return { packets, answers };
}

/** Feeds on samples, four a second, and says when there is silence. */
export class MediaWatch {
  #steady = 0;
  #lastArrival = 0;
  /** @type {Arrival | null} */
  #last = null;

  /**
   * @param {Arrival} arrival
   * @param {number} now monotonic milliseconds
   * @param {boolean} expected whether anything should flow at all
   * @returns {{steady: boolean, answered: boolean, silent: boolean}} `steady`: media flows; `answered`: at least STUN gets through
   */
  sample(arrival, now, expected) {
    const last = this.#last;
    this.#last = arrival;
    // Counters fall when an ICE restart replaces a candidate pair; a change is an arrival only upwards.
    const flowing = last !== null && arrival.packets > last.packets;
    const answered = flowing || (last !== null && arrival.answers > last.answers);
    if (flowing || last === null) this.#lastArrival = now;
    if (flowing) this.#steady += 1;
    if (!expected) this.disarm();
    const steady = this.#steady >= STEADY;
    return { steady: steady && flowing, answered, silent: steady && now - this.#lastArrival >= SILENCE_MS };
  }

  /** Until steady arrival is seen again. */
  disarm() {
    this.#steady = 0;
  }
}
