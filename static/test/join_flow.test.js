import assert from "node:assert/strict";
import { test } from "node:test";
import { browserTrouble } from "../ui/pages/join/browser_trouble.js";
import { LINK_FAULTS, follow, tokenOf, viewOf, viewOfEnd, viewOfRefusal } from "../ui/pages/join/flow.js";

const STATES = /** @type {const} */ (["invited", "checking", "waiting", "asleep", "admitted", "connected", "reconnecting", "on_hold", "left", "lost", "denied", "removed"]);

test("each state of a seat has its view", () => {
  const names = Object.fromEntries(STATES.map((state) => [state, viewOf(state).name]));
  assert.deepEqual(names, {
    invited: "check", checking: "check", waiting: "waiting", asleep: "waiting", admitted: "call", connected: "call", reconnecting: "call",
    on_hold: "call", left: "check", lost: "call", denied: "goodbye", removed: "goodbye",
  });
});

test("a late message does not tear a person out of the waiting room, an admission moves on", () => {
  const waiting = /** @type {const} */ ({ name: "waiting" });
  assert.equal(follow(waiting, "checking"), waiting);
  assert.equal(follow(waiting, "asleep"), waiting);
  assert.deepEqual(follow(waiting, "admitted"), { name: "call" });
  assert.deepEqual(follow({ name: "check" }, "waiting"), { name: "waiting" });
});

test("after the goodbye, and on a page another one replaced, nothing moves", () => {
  for (const state of STATES) {
    assert.deepEqual(follow({ name: "elsewhere" }, state), { name: "elsewhere" });
    if (state !== "checking") assert.deepEqual(follow({ name: "goodbye", reason: "left" }, state), { name: "goodbye", reason: "left" });
  }
});

test("refusals of a link lead to their pages", () => {
  for (const code of LINK_FAULTS) assert.deepEqual(viewOfRefusal({ code }), { name: "fault", code });
  assert.deepEqual(viewOfRefusal({ code: "too_early", retryAfter: 90 }), { name: "early", seconds: 90 });
  assert.deepEqual(viewOfRefusal({ code: "too_early", retryAfter: null }), { name: "early", seconds: null });
  assert.deepEqual(viewOfRefusal({ code: "move_denied" }), { name: "move", step: "denied" });
  assert.deepEqual(viewOfRefusal({ code: "not_found" }), { name: "fault", code: "link_unknown" });
});

test("the end of a connection says goodbye, or what went wrong", () => {
  for (const reason of /** @type {const} */ (["ended", "removed", "denied", "moved", "left"])) assert.deepEqual(viewOfEnd(reason), { name: "goodbye", reason });
  assert.deepEqual(viewOfEnd("visit_ended"), { name: "goodbye", reason: "ended" });
  assert.deepEqual(viewOfEnd(null), { name: "fault", code: "unexpected" });
});

test("only a whole token counts", () => {
  assert.equal(tokenOf("#Ab3_-Ab3_-Ab3_-Ab3_-Ab"), "Ab3_-Ab3_-Ab3_-Ab3_-Ab");
  for (const broken of ["", "#", "#short", `#${"a".repeat(23)}`, `#${"a".repeat(21)}/`]) assert.equal(tokenOf(broken), null);
});

test("browsers inside other apps are told from real ones", () => {
  const able = { hasPeerConnection: true, hasMedia: true };
  const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";
  const facebook = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]";
  const webview = "Mozilla/5.0 (Linux; Android 13; Pixel 7 Build/TQ3A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36";
  assert.equal(browserTrouble({ userAgent: safari, ...able }), null);
  assert.equal(browserTrouble({ userAgent: facebook, ...able }), "in_app");
  assert.equal(browserTrouble({ userAgent: webview, ...able }), "in_app");
  assert.equal(browserTrouble({ userAgent: safari, hasPeerConnection: true, hasMedia: false }), "old");
});
