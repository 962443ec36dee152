import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_POINTS, hasRoom, isDrawn, regionOf, shapePath, spot, thinned, usualPoints, withPending } from "../core/incident/drawing.js";
import { StrokeSender } from "../core/incident/strokes.js";
import { reduce } from "../core/reducer.js";
import { FakeClock } from "./fakes.js";

/** @param {string} id @param {"pen" | "arrow" | "circle"} kind @param {readonly [number, number][]} points */
const shape = (id, kind, points) => ({ id, kind, points });

test("a place stays on the picture, with four digits", () => {
  assert.deepEqual(spot(-0.2, 1.7), [0, 1]);
  assert.deepEqual(spot(0.123456, 0.5), [0.1235, 0.5]);
});

test("a line keeps its ends and has no more points than the server takes", () => {
  const points = Array.from({ length: 3_000 }, (_, index) => spot(index / 2_999, Math.abs(Math.sin(index / 40))));
  const line = thinned(points);
  assert.ok(line.length <= MOST_POINTS && line.length > 100);
  assert.deepEqual([line[0], line[line.length - 1]], [points[0], points[2_999]]);
  assert.deepEqual(thinned([[0.5, 0.5], [0.5001, 0.5], [0.5002, 0.5001]]), [[0.5, 0.5], [0.5002, 0.5001]]);
});

test("a slip of the finger is no shape, a closed line is one", () => {
  assert.equal(isDrawn(shape("a", "circle", [[0.5, 0.5], [0.505, 0.5]])), false);
  assert.equal(isDrawn(shape("a", "pen", [[0.5, 0.5], [0.5, 0.5]])), false);
  assert.equal(isDrawn(shape("a", "pen", [[0.5, 0.5], [0.7, 0.7], [0.5, 0.5]])), true);
  assert.equal(isDrawn(shape("a", "arrow", [[0.5, 0.5], [0.6, 0.5]])), true);
});

test("a mark set by a key has its usual size wherever the cross is", () => {
  for (const at of /** @type {[number, number][]} */ ([[0, 0], [1, 1], [0.5, 0.5], [0.02, 0.98]])) {
    for (const kind of /** @type {const} */ (["circle", "arrow"])) {
      const points = usualPoints(kind, at);
      assert.ok(isDrawn(shape("a", kind, points)), `${kind} at ${at}`);
      assert.ok(points.every(([x, y]) => x >= 0 && x <= 1 && y >= 0 && y <= 1));
      assert.deepEqual(points[kind === "arrow" ? 1 : 0], at);
    }
  }
});

test("paths are in the picture's pixels, circles round on any shape of picture", () => {
  assert.equal(shapePath(shape("a", "pen", [[0, 0], [0.5, 1]]), 200, 100), "M0.0 0.0L100.0 100.0");
  assert.equal(shapePath(shape("a", "circle", [[0.5, 0.5], [0.6, 0.5]]), 200, 100), "M80.0 50.0A20.0 20.0 0 1 0 120.0 50.0A20.0 20.0 0 1 0 80.0 50.0");
  assert.match(shapePath(shape("a", "arrow", [[0, 0.5], [0.5, 0.5]]), 200, 100), /^M0\.0 50\.0L100\.0 50\.0M94\.7 47\.1L100\.0 50\.0L94\.7 52\.9$/);
  assert.equal(shapePath(shape("a", "pen", []), 200, 100), "");
});

test("where a shape is, is said by what it points at", () => {
  assert.deepEqual(regionOf(shape("a", "arrow", [[0.5, 0.5], [0.9, 0.1]])), { row: "top", column: "right" });
  assert.deepEqual(regionOf(shape("a", "circle", [[0.1, 0.9], [0.9, 0.9]])), { row: "bottom", column: "left" });
  assert.deepEqual(regionOf(shape("a", "pen", [[0.4, 0.4], [0.6, 0.6]])), { row: "middle", column: "middle" });
});

test("what is on its way is shown in its place, once", () => {
  const [old, grown, fresh] = [shape("a", "pen", [[0, 0], [0.1, 0]]), shape("a", "pen", [[0, 0], [0.2, 0]]), shape("b", "arrow", [[0, 0], [1, 1]])];
  assert.deepEqual(withPending([old], [grown, fresh]), [grown, fresh]);
  assert.deepEqual(withPending([old, fresh], []), [old, fresh]);
});

test("there is room until the server would refuse", () => {
  const line = shape("l", "pen", Array.from({ length: MOST_POINTS }, () => /** @type {[number, number]} */ ([0, 0])));
  assert.equal(hasRoom(Array(9).fill(line)), true);
  assert.equal(hasRoom(Array(10).fill(line)), false);
  assert.equal(hasRoom(Array(60).fill(shape("a", "arrow", [[0, 0], [1, 1]]))), false);
});

test("the frozen picture replaces the one before and goes", () => {
  const state = /** @type {any} */ ({ frame: null });
  const frame = /** @type {any} */ ({ id: "frm_1", shapes: [] });
  const shown = reduce(state, { type: "frame", data: frame });
  assert.equal(shown?.frame, frame);
  assert.equal(reduce(shown, { type: "frame", data: null })?.frame, null);
});

/** @param {(shape: any) => Promise<unknown>} send */
function sender(send) {
  const clock = new FakeClock();
  /** @type {unknown[]} */
  const faults = [];
  return { clock, faults, strokes: new StrokeSender({ send, clock, onChange: () => {}, onFault: (error) => faults.push(error) }) };
}
const turn = () => new Promise((done) => setImmediate(done));

test("of a line that grows the newest form goes out, one at a time, and it is pending until it is there", async () => {
  /** @type {{points: number, done: () => void}[]} */
  const sent = [];
  const { clock, strokes } = sender((one) => new Promise((done) => sent.push({ points: one.points.length, done: () => done(null) })));
  const line = (/** @type {number} */ length) => shape("l", "pen", Array.from({ length }, (_, at) => /** @type {[number, number]} */ ([at / 100, 0])));
  strokes.put(line(2));
  await turn();
  strokes.put(line(5));
  strokes.put(line(9));
  await turn();
  assert.deepEqual(sent.map((one) => one.points), [2], "the first is under way");
  sent[0]?.done();
  await turn();
  assert.equal(sent.length, 1, "not faster than the server takes it");
  await clock.advance(300);
  await turn();
  assert.deepEqual(sent.map((one) => one.points), [2, 9]);
  assert.equal(strokes.pending.length, 1);
  const settled = strokes.settled();
  sent[1]?.done();
  await settled;
  assert.deepEqual(strokes.pending, []);
});

test("a shape that is refused is dropped and told, the next one goes on", async () => {
  let calls = 0;
  const { clock, faults, strokes } = sender(async () => { calls += 1; if (calls === 1) throw new Error("gone"); });
  strokes.put(shape("a", "arrow", [[0, 0], [1, 1]]));
  strokes.put(shape("b", "arrow", [[0, 0], [1, 1]]));
  await turn();
  assert.deepEqual(strokes.pending.map((one) => one.id), ["b"]);
  await clock.advance(300);
  await strokes.settled();
  assert.equal(faults.length, 1);
  assert.equal(calls, 2);
});
