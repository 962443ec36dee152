// The chat beside the pictures: what has been said by now, and where a word stands.

/** @typedef {import("./messages.js").ChatLine} ChatLine */

/** Combining marks of Latin, Greek and Cyrillic letters, once taken apart (Unicode block "Combining Diacritical Marks"). */
const MARKS = /[\u0300-\u036f]/g;

/** Without accents and case: "Müller" is found by "muller". @param {string} text */
function folded(text) {
  return text.normalize("NFD").replace(MARKS, "").toLocaleLowerCase();
}

/**
 * @param {readonly ChatLine[]} chat
 * @param {string} text
 * @returns {number[]} places of the lines that hold every word, in order; none for an empty search
 */
export function hitsOf(chat, text) {
  const words = folded(text).split(/\s+/u).filter(Boolean);
  if (!words.length) return [];
  return chat.flatMap((line, index) => {
    const content = folded(`${line.name} ${line.body}`);
    return words.every((word) => content.includes(word)) ? [index] : [];
  });
}

/**
 * The last line written by `ms`.
 * @param {readonly ChatLine[]} chat in order of time
 * @param {number} ms
 * @returns {number} -1 before the first
 */
export function lineAt(chat, ms) {
  let low = 0;
  let high = chat.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chat[middle]?.at_ms ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
