/** QR: a QR code from rows of "0" and "1", always dark on white whatever the theme: many readers refuse inverted ones. */
import { h } from "../../vendor/preact.js";

/** Modules of empty border; ISO/IEC 18004 asks for four. */
const QUIET_ZONE = 4;

/**
 * One path of unit squares: a hundred times fewer elements than one per module.
 * @param {string[]} rows
 * @returns {string} SVG path data
 */
export function qrPath(rows) {
  return rows.map((row, y) => [...row].map((bit, x) => (bit === "1" ? `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z` : "")).join("")).join("");
}

/** @param {{rows: string[], label: string, testid?: string}} props */
export function QR({ rows, label, testid }) {
  const size = rows.length + 2 * QUIET_ZONE;
  const attributes = { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges", "data-testid": testid };
  return h("svg", attributes, h("rect", { width: size, height: size, fill: "#ffffff" }), h("path", { d: qrPath(rows), fill: "#000000" }));
}
