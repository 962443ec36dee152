// Every word the client shows is in every language, none lies about unused, and plurals fit their language.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LANGUAGES } from "../core/i18n.js";
import { parse } from "../core/message_format.js";

const STATIC = new URL("..", import.meta.url).pathname;

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  return readdirSync(join(STATIC, folder), { recursive: true }).map(String).filter((name) => name.endsWith(".js")).map((name) => join(STATIC, folder, name));
}

/** @param {string} tag @returns {Record<string, string>} */
function catalogue(tag) {
  return JSON.parse(readFileSync(join(STATIC, "i18n", `${tag}.json`), "utf8"));
}

const english = catalogue("en");
const keys = Object.keys(english);
const namespaces = new Set(keys.map((key) => key.split(".")[0]));

/** Whole keys in the code, and the patterns of keys put together there: t(`outcome.${one}`). */
function usesOfKeys() {
  const whole = new Set();
  /** @type {Set<string>} */
  const patterns = new Set();
  for (const file of [...sources("core"), ...sources("ui")]) {
    const text = readFileSync(file, "utf8");
    for (const [, name] of text.matchAll(/["'`]([a-z]+\.[a-z0-9_.]+)["'`]/g)) if (namespaces.has(name.split(".")[0]) && !name.endsWith(".js")) whole.add(name);
    for (const [, name] of text.matchAll(/`([a-z]+\.[a-z0-9_.]*\$\{[^`]*)`/g)) if (namespaces.has(name.split(".")[0])) patterns.add(name);
    for (const [, name] of text.matchAll(/\bt\(\s*"([^"]+)"/g)) whole.add(name);
  }
  return { whole, patterns: [...patterns].map((name) => new RegExp(`^${name.replaceAll(".", "\\.").replace(/\$\{[^}]*\}/g, "[a-z0-9_]+")}$`)) };
}

/** @param {any[]} nodes @param {(node: any) => void} visit */
function walk(nodes, visit) {
  for (const node of nodes) {
    if (typeof node === "string" || "hash" in node) continue;
    visit(node);
    for (const option of Object.values(node.options)) walk(option, visit);
  }
}

/** @param {string} message @returns {string} its arguments, sorted */
function argumentsOf(message) {
  const names = new Set();
  walk(parse(message), (node) => names.add(node.name));
  return [...names].sort().join(" ");
}

test("every key the code uses exists", () => {
  const { whole, patterns } = usesOfKeys();
  assert.deepEqual([...whole].filter((key) => !(key in english)), []);
  assert.deepEqual(patterns.filter((pattern) => !keys.some((key) => pattern.test(key))).map(String), []);
});

test("no key is unused", () => {
  const { whole, patterns } = usesOfKeys();
  assert.deepEqual(keys.filter((key) => !whole.has(key) && !patterns.some((pattern) => pattern.test(key))), []);
});

for (const tag of LANGUAGES) {
  const messages = catalogue(tag);

  test(`${tag}: the same keys as English, sorted, none empty`, () => {
    assert.deepEqual(Object.keys(messages), [...keys].sort());
    assert.deepEqual(Object.entries(messages).filter(([, message]) => !message.trim()), []);
  });

  test(`${tag}: every message parses and takes the same values as in English`, () => {
    for (const [key, message] of Object.entries(messages)) assert.equal(argumentsOf(message), argumentsOf(english[key] ?? ""), key);
  });

  test(`${tag}: plurals have the forms of the language, and no others`, () => {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(messages)) {
      walk(parse(message), (node) => {
        if (node.type !== "plural") return;
        const given = Object.keys(node.options).filter((form) => !form.startsWith("="));
        assert.deepEqual(given.sort(), [...forms].sort(), key);
      });
    }
  });
}
