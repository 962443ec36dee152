// Edits of a line of real-time text (docs/protocol.md section 2.6): positions and lengths count code points. Pure.

/** @typedef {{at: number, erase: number, insert: string}} Edit */

/** Code points of a line; longer ones are refused. */
export const MAX_LINE = 2000;
/** Shown where text may be missing (T.140). */
export const LOST = "\ufffd";

/** Control characters but line feed and tab, and what turns the reading direction or cannot be seen: the server takes the same out. */
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g;

/** What may be sent of a text. @param {string} text */
export function harmless(text) {
  return text.replace(/\r\n?/g, "\n").replace(HARMFUL, "").replace(LONE_SURROGATE, "$1");
}

/**
 * The edit that makes `after` of `before`: one, as people type, delete and paste in one place at a time. None when they are equal.
 * @param {string} before
 * @param {string} after
 * @returns {Edit[]}
 */
export function difference(before, after) {
  if (before === after) return [];
  const [old, now] = [[...before], [...after]];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return [{ at: start, erase: old.length - start - end, insert: now.slice(start, now.length - end).join("") }];
}

/**
 * The line after the edits; what lies outside of it is cut off.
 * @param {string} text
 * @param {readonly Edit[]} edits
 */
export function edited(text, edits) {
  let points = [...text];
  for (const { at, erase, insert } of edits) points = [...points.slice(0, at), ...insert, ...points.slice(at + erase)];
  return points.join("");
}
