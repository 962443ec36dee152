import assert from "node:assert/strict";
import { test } from "node:test";
import { addMessages, duration, loadLanguage, relativeTime, t } from "../core/i18n.js";
import { format, parse } from "../core/message_format.js";

test("arguments, plural, select, nesting and quotes", () => {
  const people = "{n, plural, =0 {Nobody waits} one {# person waits} other {# people wait}} for {name}";
  assert.equal(format(people, { n: 0, name: "Dr. A" }, "en"), "Nobody waits for Dr. A");
  assert.equal(format(people, { n: 1, name: "Dr. A" }, "en"), "1 person waits for Dr. A");
  assert.equal(format(people, { n: 1200, name: "Dr. A" }, "en"), "1,200 people wait for Dr. A");
  assert.equal(format("{who, select, you {You} other {{name}}} left", { who: "x", name: "Bo" }, "en"), "Bo left");
  assert.equal(format("It's '{here}' and ''so''", {}, "en"), "It's {here} and 'so'");
  assert.equal(format("{n, plural, other {{k, select, a {# A} other {# B}}}}", { n: 3, k: "a" }, "de"), "3 A");
});

test("a missing value shows its name, a broken message throws", () => {
  assert.equal(format("Hello {name}", {}, "en"), "Hello {name}");
  for (const broken of ["{", "a}", "{n, plural, one {x}}", "{n, date}"]) assert.throws(() => parse(broken), SyntaxError);
});

test("falls back to English, then to the key", async () => {
  addMessages("en", { "a.one": "one", "a.two": "two" });
  addMessages("de", { "a.one": "eins" });
  await loadLanguage("de", async () => ({ ok: false }));
  assert.deepEqual([t("a.one"), t("a.two"), t("a.none")], ["eins", "two", "a.none"]);
  await loadLanguage("en", async () => ({ ok: false }));
});

test("times in words", () => {
  const now = Date.parse("2030-01-01T12:00:00Z");
  assert.equal(relativeTime("2030-01-01T11:55:00Z", now), "5 minutes ago");
  assert.equal(relativeTime("2030-01-01T14:00:00Z", now), "in 2 hours");
  assert.deepEqual([duration(7), duration(725), duration(3723)], ["0:07", "12:05", "1:02:03"]);
});
