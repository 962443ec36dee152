import assert from "node:assert/strict";
import { test } from "node:test";
import { followSound, level, speechDetector, watchSound } from "../core/audio_level.js";
import { deviceToken, loadPrefs, savePrefs } from "../core/media_prefs.js";
import { watchPage } from "../core/page_visibility.js";
import { ScreenWakeLock } from "../core/wakelock.js";
import { FakeClock, settle } from "./fakes.js";

function fakeStorage() {
  const map = new Map();
  return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) };
}

test("preferences survive, unknown and wrong ones are dropped", () => {
  const storage = fakeStorage();
  savePrefs({ fit: "cover", sounds: false }, storage);
  assert.equal(loadPrefs(storage).fit, "cover");
  storage.setItem("telemed.media", '{"sounds":"yes","other":1}');
  assert.equal(loadPrefs(storage).sounds, true);
  assert.equal("other" in loadPrefs(storage), false);
  storage.setItem("telemed.media", "{broken");
  assert.equal(loadPrefs(storage).shortcuts, false);
});

test("a browser keeps its device token, and has one even when storage is denied", () => {
  const storage = fakeStorage();
  assert.equal(deviceToken(storage), deviceToken(storage));
  assert.match(deviceToken(storage), /^[\w-]{16,64}$/);
  const denied = { getItem: () => null, setItem: () => { throw new Error("denied"); } };
  assert.equal(deviceToken(denied), deviceToken(denied));
});

function wakeLockPort() {
  const sentinels = [];
  return {
    sentinels,
    request: async () => {
      const sentinel = { released: false, release: async () => { sentinel.released = true; }, addEventListener: (_type, listener) => { sentinel.lost = listener; } };
      sentinels.push(sentinel);
      return sentinel;
    },
  };
}

test("the wake lock is taken again when the page returns, and only while wanted", async () => {
  const port = wakeLockPort();
  const lock = new ScreenWakeLock(port);
  await lock.want();
  assert.equal(lock.state, "held");
  port.sentinels[0].lost();
  assert.equal(lock.state, "lost");
  lock.visible();
  await settle();
  assert.equal(lock.state, "held");
  lock.unwant();
  assert.equal(port.sentinels[1].released, true);
  lock.visible();
  assert.equal(lock.state, "off");
});

test("a wake lock that arrives too late is given back; a refused one is no error", async () => {
  const port = wakeLockPort();
  const lock = new ScreenWakeLock(port);
  const wanting = lock.want();
  lock.unwant();
  await wanting;
  assert.equal(port.sentinels[0].released, true);
  const refused = new ScreenWakeLock({ request: async () => { throw new Error("battery"); } });
  await refused.want();
  assert.equal(refused.state, "lost");
});

test("the page tells when it is seen and when the network changed", () => {
  const document = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  const [window, connection] = [new EventTarget(), Object.assign(new EventTarget(), { type: "wifi" })];
  const seen = [];
  const stop = watchPage({ onVisible: (visible) => seen.push(visible), onNetwork: () => seen.push("network") }, { document, window, connection });
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("online"));
  connection.dispatchEvent(new Event("change")); // Only another estimate of speed.
  connection.type = "none";
  connection.dispatchEvent(new Event("change"));
  connection.type = "cellular";
  connection.dispatchEvent(new Event("change"));
  stop();
  window.dispatchEvent(new Event("online"));
  assert.deepEqual(seen, [false, "network", "network"]);
});

test("speech is half a second of sound, not a cough", () => {
  assert.equal(level(new Float32Array(8)), 0);
  assert.equal(level(new Float32Array(8).fill(1)), 1);
  const clock = new FakeClock();
  const speaks = speechDetector(clock);
  const at = (ms, loudness) => { clock.time = ms; return speaks(loudness); };
  assert.equal(at(0, 0.5), false);
  assert.equal(at(100, 0), false);
  assert.equal(at(700, 0.5), false);
  assert.equal(at(1000, 0.5), false);
  assert.equal(at(1300, 0.5), true);
  assert.equal(at(1500, 0), true);
  assert.equal(at(2000, 0), false);
});

test("a sleep is told by late timers, in a hidden page by the monotonic clock that stood still", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  let [wall, monotonic, woke] = [1_000, 1_000, 0];
  const stop = watchPage({ onWake: () => { woke += 1; } }, { document, window: new EventTarget() }, { wall: () => wall, monotonic: () => monotonic });
  /** The next tick comes after `passed` milliseconds, of which the machine slept `slept`. */
  const tick = (passed, slept = 0) => {
    [wall, monotonic] = [wall + passed, monotonic + passed - slept];
    context.mock.timers.tick(2_000);
    return woke;
  };
  assert.equal(tick(2_000), 0);
  assert.equal(tick(9_000), 1, "late, and seen");
  assert.equal(tick(2_000), 1);
  document.visibilityState = "hidden";
  assert.equal(tick(60_000), 1, "browsers slow the timers of hidden pages");
  assert.equal(tick(60_000, 50_000), 2);
  assert.equal(tick(90_000), 3);
  stop();
});

test("the page's sound taken by a phone call is told once, and so is its return", () => {
  const told = [];
  const stop = watchSound((interrupted) => told.push(interrupted));
  const context = Object.assign(new EventTarget(), { state: "suspended" });
  followSound(context);
  for (const state of ["running", "interrupted", "interrupted", "running", "suspended"]) {
    context.state = state;
    context.dispatchEvent(new Event("statechange"));
  }
  assert.deepEqual(told, [true, false]);
  stop();
});
