// After signing in one comes back to the page that asked for it, and never to an address from elsewhere.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { goToSignIn, placeToReturn, signOutBy } from "../ui/pages/return_place.js";

const kept = new Map();
let went = "";

/** The page one is on. @param {string} pathname @param {string} [hash] */
function at(pathname, hash = "") {
  globalThis.sessionStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) };
  globalThis.location = { pathname, hash, replace: (place) => { went = place; } };
}

afterEach(() => {
  kept.clear();
  delete globalThis.location;
  delete globalThis.sessionStorage;
});

for (const [pathname, hash, back] of [
  ["/queues", "", "/queues"],
  ["/scene", "", "/scene"],
  ["/recordings", "", "/recordings"],
  ["/recordings/rec_a-1", "#t=12:34.5", "/recordings/rec_a-1#t=12:34.5"],
  ["/recordings/rec_a-1", "#t=<b>", "/"],
  ["/call/ses_1", "#secret", "/call/ses_1"],
  ["//elsewhere.example/recordings", "", "/"],
  ["/patients/pat_1", "", "/patients/pat_1"],
]) {
  test(`${pathname}${hash}: back to ${back}`, () => {
    at(pathname, hash);
    goToSignIn();
    assert.equal(went, "/sign-in");
    assert.equal(placeToReturn(), back);
    assert.equal(placeToReturn(), "/", "once");
  });
}

test("what was typed on a card goes with the login, and before the next one begins", () => {
  const entries = { "telemed-typed-end-card ses_1": "{}", "telemed-theme": "dark" };
  const storage = { ...entries, getItem: () => null, setItem: () => {}, removeItem(/** @type {string} */ key) { delete this[key]; } };
  at("/today");
  globalThis.sessionStorage = storage;
  goToSignIn();
  assert.deepEqual([storage["telemed-typed-end-card ses_1"], storage["telemed-theme"]], [undefined, "dark"]);
  storage["telemed-typed-end-card ses_1"] = "{}"; // the page was closed when the login ended
  placeToReturn();
  assert.equal(storage["telemed-typed-end-card ses_1"], undefined);
});

test("who signed out leaves no page to the next person", async () => {
  at("/patients/pat_1");
  await assert.rejects(signOutBy(() => Promise.reject(new Error("offline"))));
  goToSignIn();
  assert.equal(placeToReturn(), "/patients/pat_1", "nobody was signed out");
  await signOutBy(async () => goToSignIn()); // the live part of the page noticed first
  assert.equal(went, "/sign-in");
  assert.equal(placeToReturn(), "/");
});
