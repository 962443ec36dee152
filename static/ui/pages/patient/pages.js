/** A long list in pages: the first when the component is shown, more when asked for. */
import { useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";

/**
 * @template Row
 * @typedef {{rows: Row[] | null, next: string | null, error: unknown, busy: boolean, more: () => void}} Pages `rows` is null while the first page loads
 */

/**
 * @template Row
 * @param {string} path
 * @param {string} field of the answer
 * @param {unknown} version read anew when it changes
 * @returns {Pages<Row>}
 */
export function usePages(path, field, version) {
  const [rows, setRows] = useState(/** @type {Row[] | null} */ (null));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [busy, setBusy] = useState(false);
  const ask = async (/** @type {string | null} */ after, /** @type {Row[]} */ before) => {
    setBusy(true);
    setError(null);
    try {
      const answer = await api.get(after ? `${path}?after=${after}` : path);
      setRows([...before, ...answer[field]]);
      setNext(answer.next);
    } catch (fault) {
      setError(fault);
    }
    setBusy(false);
  };
  useEffect(() => void ask(null, []), [path, version]);
  return { rows, next, error, busy, more: () => void ask(rows ? next : null, rows ?? []) };
}
