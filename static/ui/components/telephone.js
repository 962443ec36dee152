/** Telephone numbers as links. */

/**
 * RFC 3966: visual separators are allowed, spaces are not.
 * @param {string} number as people write it
 * @returns {string} a tel: URI
 */
export function telephoneUri(number) {
  return `tel:${number.replace(/[^+\d]/g, "")}`;
}
