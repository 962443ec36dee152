// Time as a port: core takes it as an argument, so that tests move it by hand.

/**
 * @typedef {object} Clock
 * @property {() => number} now monotonic milliseconds
 * @property {(callback: () => void, ms: number) => unknown} after
 * @property {(handle: any) => void} cancel
 */

/** @type {Clock} */
export const clock = {
  now: () => globalThis.performance.now(),
  after: (callback, ms) => globalThis.setTimeout(callback, ms),
  cancel: (handle) => globalThis.clearTimeout(handle),
};

/**
 * A timer that can be set again and cleared; at most one runs.
 * @param {Clock} time
 */
export function singleTimer(time) {
  /** @type {unknown} */
  let handle = null;
  const clear = () => {
    if (handle !== null) time.cancel(handle);
    handle = null;
  };
  return {
    clear,
    /** @param {number} ms @param {() => void} callback */
    set(ms, callback) {
      clear();
      handle = time.after(() => {
        handle = null;
        callback();
      }, ms);
    },
    get running() {
      return handle !== null;
    },
  };
}
