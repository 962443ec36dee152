// Waits between tries to connect: at once, then 0.3, 1.2, 2.7, 4.8 s, each +-20 % so that a restarted server is not met by everyone at once.

const DELAYS_MS = [0, 300, 1200, 2700, 4800];
const JITTER = 0.2;

/**
 * Milliseconds before try number `tries` (0 = the first).
 * @param {number} tries
 * @param {number} chance 0..1
 */
export function backoff(tries, chance) {
  const step = DELAYS_MS[Math.min(tries, DELAYS_MS.length - 1)] ?? 0;
  return Math.round(step * (1 - JITTER + 2 * JITTER * chance));
}
