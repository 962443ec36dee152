// Is the page seen? And: has the network changed, has the computer slept? All three mean "look again at once".

/** @typedef {EventTarget & {visibilityState: string}} VisibilityTarget */
/** Milliseconds by the wall's clock and by the monotonic one. @typedef {{wall: () => number, monotonic: () => number}} Clocks */
/** @typedef {{onVisible?: (visible: boolean) => void, onNetwork?: () => void, onWake?: () => void}} PageEvents */

/** A timer this much late (milliseconds) means that the machine slept, if the page is seen: browsers slow the timers of hidden ones. */
const SLEEP_MS = 4_000;
/** The slowest that browsers let a hidden page's timers run, and some; milliseconds. */
const HIDDEN_SLEEP_MS = 70_000;
const TICK_MS = 2_000;

/** @type {Clocks} */
const realClocks = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * @param {PageEvents} events
 * @param {{document: VisibilityTarget, window: EventTarget, connection?: (EventTarget & {type?: string}) | undefined}} page
 * @param {Clocks} [clocks]
 * @returns {() => void} stops watching
 */
export function watchPage(events, page, clocks = realClocks) {
  const listening = new AbortController();
  const options = { signal: listening.signal };
  page.document.addEventListener("visibilitychange", () => events.onVisible?.(page.document.visibilityState === "visible"), options);
  page.window.addEventListener("pageshow", (event) => {
    if (/** @type {PageTransitionEvent} */ (event).persisted) events.onWake?.();
  }, options);
  page.window.addEventListener("online", () => events.onNetwork?.(), options);
  watchNetworkType(page.connection, () => events.onNetwork?.(), options);
  const stopTicking = watchSleep(() => events.onWake?.(), page.document, clocks);
  return () => {
    listening.abort();
    stopTicking();
  };
}

/**
 * Wi-Fi to mobile and back, where the browser tells. The same event reports every new estimate of speed, which is no change of network.
 * @param {(EventTarget & {type?: string}) | undefined} connection
 * @param {() => void} onChange
 * @param {AddEventListenerOptions} options
 */
function watchNetworkType(connection, onChange, options) {
  let known = connection?.type;
  connection?.addEventListener("change", () => {
    const changed = connection.type !== known;
    known = connection.type;
    if (changed && known !== "none") onChange();
  }, options);
}

/** @param {() => void} onWake @param {VisibilityTarget} document @param {Clocks} clocks */
function watchSleep(onWake, document, { wall, monotonic }) {
  let [last, awake] = [wall(), monotonic()];
  const timer = setInterval(() => {
    const passed = wall() - last;
    // The monotonic clock stands still while most computers sleep; a slow timer of a hidden page does not stop it.
    const slept = passed - (monotonic() - awake);
    [last, awake] = [wall(), monotonic()];
    if (slept > SLEEP_MS || passed - TICK_MS > (document.visibilityState === "visible" ? SLEEP_MS : HIDDEN_SLEEP_MS)) onWake();
  }, TICK_MS);
  return () => clearInterval(timer);
}
