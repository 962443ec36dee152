/** A pictogram. Decorative: its words always stand beside it. */
import { h } from "../../vendor/preact.js";
import { PICTOGRAMS } from "./pictograms.js";

/** @param {{name: string}} props an unknown one, of a card made elsewhere, is left out */
export function Pictogram({ name }) {
  const shapes = PICTOGRAMS[name];
  if (!shapes) return null;
  return h("svg", { class: "pictogram", viewBox: "0 0 100 100", "aria-hidden": "true", focusable: "false" }, shapes.map(([tag, attributes], index) => h(tag, { ...attributes, key: index })));
}
