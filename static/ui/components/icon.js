/** An icon of the one set (lucide), drawn as SVG. Decorative unless it carries a label. */
import { h } from "../../vendor/preact.js";
import { icons } from "../../vendor/icons.js";

/**
 * @param {{name: string, size?: number, label?: string, class?: string}} props
 *   `size` in CSS pixels; `label` is the accessible name where the icon stands alone.
 */
export function Icon({ name, size = 20, label, class: extra }) {
  const shapes = icons[name] ?? icons["circle-help"] ?? [];
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  const attributes = {
    class: extra ? `icon ${extra}` : "icon",
    width: size,
    height: size,
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    focusable: "false",
    ...named,
  };
  return h("svg", attributes, shapes.map(([tag, shape], index) => h(tag, { ...shape, key: index })));
}
