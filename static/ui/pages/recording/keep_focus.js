/** What had the focus goes with what it did: keyboard and screen reader then go on nearby, not at the page's very beginning. */

/**
 * Looks once the page is drawn as it is now.
 * @param {Element | null} [near] its first field or button takes the focus while it is there; else the page's heading does
 */
export function keepFocus(near = null) {
  setTimeout(() => {
    if (document.activeElement !== document.body) return;
    const next = near?.isConnected ? near.querySelector("input, button") : document.querySelector("#main h1");
    /** @type {HTMLElement | null} */ (next)?.focus();
  });
}
