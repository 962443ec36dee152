/** Parts of a page that few people need are loaded when they are first shown, so that the others do not carry them. */
import { html, useEffect, useState } from "../../vendor/preact.js";

/**
 * A component in the place of one that is loaded at its first use. Shows its `fallback`, or nothing, until then.
 * @param {() => Promise<unknown>} load gives the component
 */
export function lazy(load) {
  /** @type {unknown} */
  let Part = null;
  return function Lazy(/** @type {Record<string, unknown>} */ props) {
    const [, setLoaded] = useState(Part !== null);
    useEffect(() => {
      let shown = true;
      if (!Part) {
        void load().then((found) => {
          Part = found;
          if (shown) setLoaded(true);
        }, () => {}); // Tried again when it is shown again.
      }
      return () => { shown = false; };
    }, []);
    return Part ? html`<${Part} ...${props} />` : (props.fallback ?? null);
  };
}
