/** When a view replaces another, keyboard and screen reader go on at its heading, and the window's title says what it is. */
import { useEffect, useRef } from "../vendor/preact.js";
import { setTitle } from "./page.js";

/**
 * Give the returned ref to an `h1` with tabindex -1.
 * @param {string} title
 * @param {{focus?: boolean}} [options] `focus: false` for the first view of a page: the browser starts at the top by itself
 */
export function useViewFocus(title, { focus = true } = {}) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => setTitle(title), [title]);
  useEffect(() => {
    if (!focus) return;
    ref.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return ref;
}
