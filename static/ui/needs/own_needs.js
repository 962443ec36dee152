/** The choice of the person of a connection, told to the server as it is made. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { toast } from "../components/toast.js";
import { problemWords } from "../problem_words.js";
import { NeedsChoice } from "./choice.js";

/** @typedef {import("./words.js").Need} Need */

/**
 * @param {{said: readonly Need[], tell: (needs: Need[]) => Promise<unknown> | undefined}} props `said`: as the server knows it; `tell` may reject
 */
export function OwnNeeds({ said, tell }) {
  const [wish, setWish] = useState(/** @type {readonly Need[] | null} */ (null));
  useEffect(() => setWish(null), [said.join()]);
  const change = async (/** @type {Need[]} */ needs) => {
    setWish(needs);
    try {
      await tell(needs);
    } catch (error) {
      setWish(null);
      toast(problemWords(error));
    }
  };
  return html`<${NeedsChoice} chosen=${wish ?? said} onChange=${(/** @type {Need[]} */ needs) => void change(needs)} />`;
}
