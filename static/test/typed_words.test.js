// What is typed is kept for a reload: in this tab, for this person, for so many forms, and no longer than the login.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST, MOST, TypedWords, forgetTyped } from "../core/typed_words.js";

/** A tab's storage: keys are its own properties, as a browser has it. */
class Tab {
  /** @param {string} key */
  getItem(key) {
    return Object.hasOwn(this, key) ? /** @type {any} */ (this)[key] : null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    /** @type {any} */ (this)[key] = value;
  }

  /** @param {string} key */
  removeItem(key) {
    delete (/** @type {any} */ (this)[key]);
  }
}

/** @param {Tab} tab @param {string} [place] @param {string} [owner] @param {number} [now] */
function words(tab, place = "queue-remove ent_1", owner = "usr_1", now = 0) {
  return new TypedWords({ place, owner, storage: () => /** @type {any} */ (tab), now: () => now });
}

test("what was typed in a form is there again, and only there", () => {
  const tab = new Tab();
  words(tab).keep({ reason: "Belongs elsewhere" });
  assert.deepEqual(words(tab).load(), { reason: "Belongs elsewhere" });
  assert.equal(words(tab, "queue-remove ent_2").load(), null);
});

test("once it is sent nothing stays", () => {
  const tab = new Tab();
  words(tab).keep({ reason: "Belongs elsewhere" });
  words(tab).drop();
  assert.deepEqual(Object.keys(tab), []);
});

test("nobody gets another person's words, and they are gone then", () => {
  const tab = new Tab();
  words(tab).keep({ reason: "Belongs elsewhere" });
  assert.equal(words(tab, "queue-remove ent_1", "usr_2").load(), null);
  assert.deepEqual(Object.keys(tab), []);
});

test("signing out takes all of them and nothing else", () => {
  const tab = new Tab();
  words(tab).keep({ reason: "one" });
  words(tab, "incident-end inc_1").keep({ note: "two" });
  tab.setItem("telemed-theme", "dark");
  forgetTyped(tab);
  assert.deepEqual(Object.keys(tab), ["telemed-theme"]);
});

test("of many drafts the one that nobody touched longest gives way; one too long is not kept", () => {
  const tab = new Tab();
  for (let at = 1; at <= MOST; at += 1) words(tab, `place ${at}`, "usr_1", at).keep({ text: "x" });
  words(tab, "place 1", "usr_1", 100).keep({ text: "touched again" });
  words(tab, "place new", "usr_1", 101).keep({ text: "x" });
  assert.equal(Object.keys(tab).length, MOST);
  assert.equal(words(tab, "place 2").load(), null);
  assert.deepEqual(words(tab, "place 1").load(), { text: "touched again" });
  words(tab, "place new").keep({ text: "x".repeat(LONGEST) });
  assert.equal(words(tab, "place new").load(), null);
});

test("a storage that is denied, full or broken loses only the keeping", () => {
  const denied = new TypedWords({ place: "p", owner: "usr_1", storage: () => { throw new Error("denied"); } });
  denied.keep({ text: "x" });
  assert.equal(denied.load(), null);
  const tab = new Tab();
  words(tab).keep({ text: "x" });
  for (const key of Object.keys(tab)) tab.setItem(key, "{nonsense");
  assert.equal(words(tab).load(), null);
});
