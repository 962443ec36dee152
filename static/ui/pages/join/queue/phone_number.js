/** A first look at a telephone number, so that a slip is told at once; whether it can be reached is the server's to say. Pure. */

/** The shortest numbers that mobile phones have, without a country code, and the longest of ITU-T E.164. */
const DIGITS = { least: 6, most: 15 };

/**
 * @param {string} typed
 * @returns {"missing" | "signs" | "short" | "long" | null} null: it may be one
 */
export function phoneFault(typed) {
  const text = typed.trim();
  if (!text) return "missing";
  if (!/^\+?[\d\s().\-/\u2010-\u2015]+$/.test(text)) return "signs";
  const digits = text.replace(/\D/g, "").length;
  if (digits < DIGITS.least) return "short";
  return digits > DIGITS.most ? "long" : null;
}
