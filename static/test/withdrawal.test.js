import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ApiError } from "../core/api.js";
import { addMessages } from "../core/i18n.js";
import { WITHDRAWAL_POINTS, actWord, isGoing, mayChoose, withdrawProblem } from "../ui/withdrawal/words.js";

const PARTS = ["none", "recorded", "owed", "kept", "destroying", "held", "destroyed"];
const words = (language) => JSON.parse(readFileSync(new URL(`../i18n/${language}.json`, import.meta.url), "utf8"));

test("what is going cannot be chosen about, and only that is said beside a name", () => {
  assert.deepEqual(PARTS.filter(mayChoose), ["recorded", "owed", "kept"]);
  assert.deepEqual(PARTS.filter(isGoing), ["destroying", "held", "destroyed"]);
  assert.equal(isGoing(undefined), false, "an answer of an older server");
});

test("every part and every point has its words in both languages", () => {
  for (const language of ["en", "de"]) {
    const known = words(language);
    for (const part of PARTS) {
      if (part !== "none") assert.ok(known[`withdraw.part_${part}`], `${language} ${part}`);
      assert.ok(known[`withdraw.their_${part}`], `${language} their ${part}`);
    }
    for (const point of WITHDRAWAL_POINTS) assert.ok(known[`withdraw.${point}`], `${language} ${point}`);
  }
});

test("the button says what is left to do, and a refusal what to do instead", () => {
  addMessages("en", words("en"));
  assert.deepEqual(["recorded", "owed", "kept"].map(actWord), ["Withdraw from this recording", "Decide about the earlier part", "Destroy my part after all"]);
  const refused = (code) => withdrawProblem(new ApiError(409, code, ""));
  assert.match(refused("visit_open"), /still going on/);
  assert.match(refused("part_destroyed"), /cannot be undone/);
  assert.doesNotMatch(refused("something_new"), /withdraw\./, "a code of a later server");
});
