/** Ids that tie a control to its label and its messages; unique within the page. */
import { useRef } from "../../vendor/preact.js";

let last = 0;

/**
 * One id for the life of the component.
 * @param {string} prefix
 * @returns {string}
 */
export function useElementId(prefix) {
  const id = useRef("");
  if (!id.current) {
    last += 1;
    id.current = `${prefix}-${last}`;
  }
  return id.current;
}
