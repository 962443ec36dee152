// Is the page seen? And: has the network changed, has the computer slept? All three mean "look again at once".

/** @typedef {EventTarget & {visibilityState: string}} VisibilityTarget */
/** @typedef {{onVisible?: (visible: boolean) => void, onNetwork?: () => void, onWake?: () => void}} PageEvents */

/** A timer this much late (milliseconds) means that the machine slept. */
const SLEEP_MS = 4_000;
const TICK_MS = 2_000;

/**
 * @param {PageEvents} events
 * @param {{document: VisibilityTarget, window: EventTarget, connection?: EventTarget | undefined}} page
 * @returns {() => void} stops watching
 */
export function watchPage(events, page) {
  const listening = new AbortController();
  const options = { signal: listening.signal };
  page.document.addEventListener("visibilitychange", () => events.onVisible?.(page.document.visibilityState === "visible"), options);
  page.window.addEventListener("pageshow", (event) => {
    if (/** @type {PageTransitionEvent} */ (event).persisted) events.onWake?.();
  }, options);
  page.window.addEventListener("online", () => events.onNetwork?.(), options);
  page.connection?.addEventListener("change", () => events.onNetwork?.(), options);
  const stopTicking = watchSleep(() => events.onWake?.());
  return () => {
    listening.abort();
    stopTicking();
  };
}

/** @param {() => void} onWake */
function watchSleep(onWake) {
  let last = Date.now();
  const timer = setInterval(() => {
    const late = Date.now() - last - TICK_MS;
    last = Date.now();
    if (late > SLEEP_MS) onWake();
  }, TICK_MS);
  return () => clearInterval(timer);
}
