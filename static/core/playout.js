// How long what arrives is kept before it is played. Where packets get lost, long enough that what is asked for again, and where much
// gets lost the third try, still comes in time: a picture that is a quarter of a second old is better than one that stands still. Elsewhere the browser decides.

/** @typedef {import("./messages.js").Quality} Quality */
/** @typedef {import("./messages.js").Participant} Participant */

/** Share of packets lost from which single ones are no longer the exception. */
const FROM_LOSS = 0.01;
/** Tries that are waited for, and those where more is lost: of 4 % two leave one packet in six hundred. */
const TRIES = 2;
const MANY_FROM = 0.05;
const MANY_TRIES = 3;
/** Milliseconds from a loss until it is noticed and asked for. */
const NOTICE_MS = 25;
/** Milliseconds at most: with the way itself it stays below the 400 ms that a conversation bears (ITU-T G.114). */
const LONGEST_MS = 300;
/** Milliseconds without loss until it is given up: sound is stretched at each change. */
const KEEP_MS = 15_000;
/** Milliseconds: changes below are not worth the stretching. */
const STEP_MS = 50;

/**
 * Milliseconds to keep what `sender` sends, 0: as the browser likes.
 * @param {Quality | null} receiver own connection
 * @param {Quality | null} sender
 */
export function spareTime(receiver, sender) {
  /** @param {number} loss @param {number} roundTrip */
  const leg = (loss, roundTrip) => (loss < FROM_LOSS ? 0 : (loss < MANY_FROM ? TRIES : MANY_TRIES) * (roundTrip + NOTICE_MS));
  const wanted = (receiver ? leg(receiver.down_loss, receiver.rtt_ms) : 0) + (sender ? leg(sender.up_loss, sender.rtt_ms) : 0);
  return Math.min(LONGEST_MS, Math.ceil(wanted / STEP_MS) * STEP_MS);
}

export class Playout {
  /** @type {WeakMap<RTCRtpReceiver, {time: number, at: number}>} */
  #kept = new WeakMap();

  /**
   * More at once, less after a while.
   * @param {RTCRtpReceiver | undefined} receiver
   * @param {number} time milliseconds, of `spareTime`
   * @param {number} now monotonic milliseconds
   */
  keep(receiver, time, now) {
    if (!receiver || !("jitterBufferTarget" in receiver)) return;
    const kept = this.#kept.get(receiver) ?? { time: 0, at: now };
    if (time >= kept.time) kept.at = now;
    this.#kept.set(receiver, kept);
    if (time === kept.time || (time < kept.time && now - kept.at < KEEP_MS)) return;
    kept.time = time;
    receiver.jitterBufferTarget = time || null;
  }

  /** Somebody's connection was told: everything it concerns. @param {{others: Participant[], receivers: ReadonlyMap<string, {receiver: RTCRtpReceiver}>, quality: (id: string) => Quality | null, me: string, now: number}} call */
  follow({ others, receivers, quality, me, now }) {
    for (const { id, tracks } of others) {
      const time = spareTime(quality(me), quality(id));
      for (const track of tracks) this.keep(receivers.get(track.id)?.receiver, time, now);
    }
  }
}
