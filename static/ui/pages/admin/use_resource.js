/** One answer of the server for a part of the page: loading, there, or failed; asked for again on demand and when the network is back. */
import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { problemCode } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";

/**
 * @template T
 * @typedef {{data: T | null, error: unknown, reload: () => Promise<void>, put: (data: T) => void}} Resource
 */

/**
 * @template T
 * @param {() => Promise<T>} ask
 * @param {unknown[]} depends asked for again when one of these changes
 * @param {number} [every] milliseconds between repetitions, for what changes by itself
 * @returns {Resource<T>}
 */
export function useAnswer(ask, depends, every = 0) {
  const [data, setData] = useState(/** @type {T | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const turn = useRef(0);
  const reload = async () => {
    turn.current += 1;
    const mine = turn.current;
    try {
      const answer = await ask();
      if (mine !== turn.current) return;
      setData(answer);
      setError(null);
    } catch (caught) {
      if (mine !== turn.current) return;
      if (problemCode(caught) === "not_signed_in") goToSignIn();
      else setError(caught);
    }
  };
  useEffect(() => {
    void reload();
    const again = () => void reload();
    addEventListener("online", again);
    const timer = every ? setInterval(() => { if (!document.hidden) again(); }, every) : 0;
    return () => {
      turn.current += 1;
      removeEventListener("online", again);
      clearInterval(timer);
    };
  }, depends);
  return { data, error, reload, put: setData };
}

/**
 * @template T
 * @param {string} path
 * @param {number} [every] milliseconds
 * @returns {Resource<T>}
 */
export function useResource(path, every) {
  return useAnswer(() => /** @type {Promise<T>} */ (api.get(path)), [path], every);
}
