// What patients' browsers run must be understood by the oldest we support: Chrome 94, Safari 15.4, Firefox 115.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OLDEST = ["chrome94", "safari15.4", "firefox115"];
const { transformSync } = createRequire(join(ROOT, "..", "node_modules", "x.js"))("esbuild");

/** Younger than one of them and not replaceable by syntax; where a page asks for it with `?.` or `in` it is not listed. */
const TOO_NEW = [
  /\bstructuredClone\(/, /\.(toSorted|toReversed|toSpliced)\(/, /\bArray\.fromAsync\(/, /\b(Object|Map)\.groupBy\(/,
  /\bPromise\.(withResolvers|try)\(/, /\bAbortSignal\.(timeout|any)\(/, /\bSet\.prototype\.(union|intersection)\b/, /\bURL\.(canParse|parse)\(/,
  /\.(isWellFormed|toWellFormed)\(/, /\bIterator\.from\(/, /\.(findLast|findLastIndex)\(/, /\.throwIfAborted\(/, /\bIntl\.DurationFormat\b/,
];

/** @param {string} folder @returns {string[]} */
function scripts(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return scripts(join(folder, entry.name));
    return entry.name.endsWith(".js") ? [join(folder, entry.name)] : [];
  });
}

const OURS = [...scripts("core"), ...scripts("ui")];

test("syntax needs no translation for the oldest browsers", () => {
  const asIs = (/** @type {string} */ code, /** @type {string | string[]} */ target) => transformSync(code, { target, format: "esm", legalComments: "none" }).code;
  const newer = OURS.filter((path) => {
    const code = readFileSync(join(ROOT, path), "utf8");
    return asIs(code, OLDEST) !== asIs(code, "esnext");
  });
  assert.deepEqual(newer, []);
  assert.notEqual(asIs("class A { static { A.x = 1; } }", OLDEST), asIs("class A { static { A.x = 1; } }", "esnext"), "the comparison sees what is new");
});

test("no function is called that the oldest browsers lack", () => {
  const found = OURS.flatMap((path) => {
    const code = readFileSync(join(ROOT, path), "utf8");
    return TOO_NEW.filter((pattern) => pattern.test(code)).map((pattern) => `${path}: ${pattern.source}`);
  });
  assert.deepEqual(found, []);
});
