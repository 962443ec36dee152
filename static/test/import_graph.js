// Which modules a page loads, found by reading their import lines. For tests.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?\s*"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"\s*\)/g;
const COMMENT = /\/\*[\s\S]*?\*\//g;

/**
 * All modules reachable from `entry`, itself included, in the order they are met.
 * @param {string} entry path of a module
 * @param {{dynamic: boolean}} options whether import() counts
 * @returns {string[]} paths
 */
export function modulesOf(entry, { dynamic }) {
  const found = new Set([entry]);
  for (const file of found) {
    const text = readFileSync(file, "utf8").replace(COMMENT, "");
    for (const [, fixed, later] of text.matchAll(IMPORT)) {
      const name = fixed ?? (dynamic ? later : undefined);
      const path = name && join(dirname(file), name);
      if (path && existsSync(path)) found.add(path);
    }
  }
  return [...found];
}
