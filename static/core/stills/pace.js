// How fast a still may be sent, so that the call does not feel it (docs/protocol.md section 1.16): numbers only.

/** Share of what the server believes gets through from here. */
export const SHARE = 0.3;
/** The most one request carries, and the least that is worth one. */
export const MOST_BYTES = 16_384;
export const LEAST_BYTES = 1_536;
/** Milliseconds of the whole link that one piece may take: the voice waits behind it. */
const PIECE_MS = 80;
/** Milliseconds after which the server's last word says nothing any more. */
export const STALE_MS = 6_000;
/** Bit/s where the server has never said anything: no media goes from here that could be hurt. */
const UNKNOWN = 100_000;

/** @typedef {{estimate: number, go: boolean, at: number}} Told by the server; `at`: milliseconds, of the same clock as `now` */

/** Whether anything may be sent now. @param {Told | null} told @param {number} now */
export function mayGo(told, now) {
  return !told || (told.go && now - told.at < STALE_MS);
}

/** Bytes of the next piece. @param {Told | null} told */
export function pieceBytes(told) {
  const fits = ((told?.estimate ?? UNKNOWN) * PIECE_MS) / 8000;
  return Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, fits)));
}

/** Milliseconds from the beginning of a piece to the next one. @param {Told | null} told @param {number} bytes with what goes around them */
export function pieceMs(told, bytes) {
  return (bytes * 8000) / (SHARE * (told?.estimate ?? UNKNOWN));
}
