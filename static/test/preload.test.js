import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PAGES, withPreloads } from "./preload.js";

for (const [page, entry] of Object.entries(PAGES)) {
  test(`${page} names every module it loads (else run: node static/test/preload.js)`, () => {
    assert.equal(readFileSync(new URL(`../${page}`, import.meta.url), "utf8"), withPreloads(page, entry));
  });
}
