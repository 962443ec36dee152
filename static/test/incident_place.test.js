// Where a caller is: the Open Location Code by the specification's own examples, the sketch, and what is worth telling.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plusCode } from "../core/incident/plus_code.js";
import { offset, roundLength, sketchOf } from "../core/incident/sketch.js";
import { Whereabouts, worthTelling } from "../core/incident/whereabouts.js";
import { PositionPost } from "../ui/pages/caller/position_post.js";

/** https://github.com/google/open-location-code/blob/main/test_data/encoding.csv, those of ten digits, and two further places. */
const EXAMPLES = /** @type {const} */ ([
  [20.3700625, 2.7821875, "7FG49QCJ+2V"],
  [47.0000625, 8.0000625, "8FVC2222+22"],
  [-41.2730625, 174.7859375, "4VCPPQGP+Q9"],
  [37.539669125, -122.375069724, "849VGJQF+VX"],
  [90, 1, "CFX3X2X2+X2"],
  [92, 1, "CFX3X2X2+X2"],
  [52.5163, 13.3777, "9F4MG98H+G3"],
  [0.5, 180, "62G2G222+22"],
  [0.5, -180, "62G2G222+22"],
]);

test("the code of a place is the specification's", () => {
  for (const [latitude, longitude, code] of EXAMPLES) assert.equal(plusCode(latitude, longitude), code, `${latitude} ${longitude}`);
  assert.equal(plusCode(20, 182), plusCode(20, -178));
  assert.equal(plusCode(Number.NaN, 1), "");
});

test("every place has a code of its own square: the corner counts, not the digits behind it", () => {
  const digits = "23456789CFGHJMPQRVWX";
  for (let step = 0; step < 400; step += 1) {
    const [latitude, longitude] = [((step * 7919) % 18_000) / 100 - 90 + 0.00001, ((step * 104_729) % 36_000) / 100 - 180 + 0.00001];
    const code = plusCode(latitude, longitude);
    assert.match(code, /^[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2}$/);
    const numbers = [...code.replace("+", "")].map((digit) => digits.indexOf(digit));
    const [south, west] = [0, 1].map((first) => numbers.filter((_, at) => at % 2 === first).reduce((sum, one) => sum * 20 + one, 0) / 8_000);
    assert.ok(latitude + 90 - south >= -1e-9 && latitude + 90 - south < 1 / 8_000, `${code} ${latitude}`);
    assert.ok(longitude + 180 - west >= -1e-9 && longitude + 180 - west < 1 / 8_000, `${code} ${longitude}`);
  }
});

/** @param {number} latitude @param {number} longitude @param {number} [accuracy] */
const fix = (latitude, longitude, accuracy = 10) => ({ latitude, longitude, accuracy_m: accuracy, at: "2026-11-23T10:00:00Z" });

test("metres between places, also over the date line", () => {
  const { east, north } = offset(fix(52, 13), fix(52.001, 13.001));
  assert.ok(Math.abs(north - 111.3) < 0.5 && Math.abs(east - 68.5) < 0.5, `${east} ${north}`);
  assert.ok(Math.abs(offset(fix(0, 179.9999), fix(0, -179.9999)).east - 22.3) < 0.5);
});

test("lengths of the scale are round ones", () => {
  assert.deepEqual([1, 3, 9, 12, 49, 50, 700, 999_999].map(roundLength), [1, 2, 5, 10, 20, 50, 500, 500_000]);
});

test("the sketch: north is up, the last place in the middle, everything inside, the scale true", () => {
  assert.equal(sketchOf([]), null);
  const sketch = sketchOf([fix(52.515, 13.375), fix(52.516, 13.376), fix(52.517, 13.376, 25)], 300);
  assert.ok(sketch);
  const [first, second, last] = sketch.track;
  assert.ok(first && second && last && first.y > second.y && second.y > last.y && first.x < last.x);
  assert.deepEqual(last, sketch.here);
  assert.ok(sketch.track.every(({ x, y }) => x >= 0 && y >= 0 && x <= 300 && y <= 300));
  const unit = (first.y - last.y) / 222.6; // 0.002 degrees
  assert.ok(Math.abs(sketch.scale.length / sketch.scale.metres - unit) / unit < 0.01);
  assert.ok(Math.abs(sketch.radius - 25 * unit) < 0.5);
});

test("a circle larger than the way fits as well, and a walk across a room is no journey", () => {
  const vague = sketchOf([fix(52, 13, 3_000)], 300);
  assert.ok(vague && vague.radius < 150 && vague.radius > 100);
  const still = sketchOf([fix(52, 13, 5), fix(52.00001, 13, 5)], 300);
  assert.ok(still && still.scale.metres <= 20);
});

test("what is worth telling: the first, a move, a better one, and a sign of life", () => {
  const told = { ...fix(52, 13, 100), altitude_m: null, heading: null, speed_mps: null };
  assert.ok(worthTelling(null, told, 0));
  assert.ok(!worthTelling(told, told, 5_000));
  assert.ok(worthTelling(told, told, 10_000));
  assert.ok(worthTelling(told, { ...told, latitude: 52.0001 }, 3_000));
  assert.ok(!worthTelling(told, { ...told, latitude: 52.0001 }, 500));
  assert.ok(worthTelling(told, { ...told, accuracy_m: 60 }, 3_000));
  assert.ok(worthTelling({ ...told, accuracy_m: 1_000 }, { ...told, accuracy_m: 20 }, 500));
});

/** A device whose answers the test gives. @param {string} permission */
function device(permission) {
  const permitted = { state: permission };
  /** @type {any[]} */
  const asked = [];
  const position = { coords: { latitude: 52, longitude: 13, accuracy: 12, altitude: null, heading: Number.NaN, speed: null } };
  const ask = (/** @type {any} */ yes, /** @type {any} */ no, /** @type {any} */ options) => asked.push({ yes: (timestamp = 1_000) => yes({ ...position, timestamp }), no: (code) => no({ code, PERMISSION_DENIED: 1 }), options });
  const geolocation = { getCurrentPosition: ask, watchPosition: (...all) => { ask(...all); return 7; }, clearWatch: () => {} };
  const where = new Whereabouts({ geolocation, permissions: { query: async () => ({ ...permitted }) } });
  /** @type {any[]} */
  const heard = [];
  where.on("position", (one) => heard.push(one));
  return { asked, where, heard, permission: permitted };
}

test("one question; after the yes a rough place at once, then the exact one is followed", () => {
  const { asked, where, heard } = device("granted");
  where.ask();
  where.ask();
  assert.equal(asked.length, 1);
  assert.equal(asked[0].options.enableHighAccuracy, false);
  asked[0].yes();
  assert.equal(where.state, "known");
  assert.deepEqual([heard.length, heard[0].heading, heard[0].accuracy_m], [1, null, 12]);
  assert.equal(asked.length, 2);
  assert.equal(asked[1].options.enableHighAccuracy, true);
  where.stop();
});

test("a device that answers the question and finds nothing is not called overlooked", async (context) => {
  for (const [permission, state] of [["granted", "lost"], ["prompt", "unanswered"], ["", "unanswered"]]) {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { asked, where } = device(permission ?? "");
    where.ask();
    context.mock.timers.tick(12_000);
    context.mock.timers.reset();
    await new Promise((done) => setImmediate(done));
    assert.equal(where.state, state);
    asked[0].yes();
    assert.equal(where.state, "known");
    where.stop();
  }
});

test("a time that can be none is now: the place counts whatever the device's clock says", () => {
  for (const odd of [0, -1, Number.NaN, 1e17]) {
    const { asked, where, heard } = device("granted");
    where.ask();
    asked[0].yes(odd);
    assert.ok(Math.abs(Date.parse(heard[0].at) - Date.now()) < 60_000, String(odd));
    where.stop();
  }
});

test("a place counts as known by others when the server has it", async () => {
  let sent = 0;
  /** @type {unknown[]} */
  const bodies = [];
  const answers = [new Error("no network"), null];
  const post = new PositionPost({ send: async (body) => { bodies.push(body); const failed = answers.shift(); if (failed) throw failed; }, sent: () => { sent += 1; } });
  post.tell({ ...fix(52, 13, 5), altitude_m: null, heading: null, speed_mps: null });
  await new Promise((done) => setImmediate(done));
  assert.deepEqual([bodies.length, sent], [1, 0]);
  post.again();
  await new Promise((done) => setImmediate(done));
  assert.deepEqual([bodies.length, sent], [2, 1]);
  post.stop();
});

test("a no is told from a question put away, also by a browser that writes it down late, and each can be asked again", async () => {
  for (const [first, later, state] of [["denied", "denied", "refused"], ["prompt", "prompt", "dismissed"], ["prompt", "denied", "refused"], ["", "", "refused"]]) {
    const { asked, where, permission } = device(first ?? "");
    where.ask();
    asked[0].no(1);
    await new Promise((done) => setImmediate(done));
    permission.state = later ?? "";
    if (where.state === "asking") await new Promise((done) => where.on("state", done));
    assert.equal(where.state, state);
    where.ask();
    assert.equal(asked.length, 2);
    where.stop();
  }
});

test("a browser that says no to an open question in favour of the next one has not been answered", async () => {
  const { asked, where } = device("denied");
  where.ask();
  where.state = "unanswered";
  where.ask();
  asked[0].no(1);
  await new Promise((done) => setImmediate(done));
  assert.equal(where.state, "asking");
  asked[1].yes();
  assert.equal(where.state, "known");
  where.stop();
});

test("no rough place: the exact one is waited for; none at all: that is said; no way to ask: that too", () => {
  const { asked, where } = device("granted");
  where.ask();
  asked[0].no(3);
  assert.deepEqual([asked.length, where.state], [2, "asking"]);
  asked[1].no(2);
  assert.equal(where.state, "lost");
  asked[1].yes();
  assert.equal(where.state, "known");
  where.stop();
  const none = new Whereabouts({ geolocation: undefined });
  none.ask();
  assert.equal(none.state, "none");
});
