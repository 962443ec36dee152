// Refusals that the person in front of the page can lift: prove who one is, or unlock the page. Asked for once, in one place.

/** @typedef {() => Promise<boolean>} Lift asks the person; true: the request may be sent again */

/** @type {Map<string, Lift>} */
const lifts = new Map();
/** Requests refused at the same time wait for the same question. @type {Map<string, Promise<boolean>>} */
const asking = new Map();

/**
 * @param {string} code of docs/protocol.md, such as `proof_needed`
 * @param {Lift} lift
 */
export function onRefusal(code, lift) {
  lifts.set(code, lift);
}

/**
 * @param {string} code
 * @returns {Promise<boolean>} whether to send the request again
 */
export function lifted(code) {
  const lift = lifts.get(code);
  if (!lift) return Promise.resolve(false);
  const running = asking.get(code);
  if (running) return running;
  const answer = lift().finally(() => asking.delete(code));
  asking.set(code, answer);
  return answer;
}
