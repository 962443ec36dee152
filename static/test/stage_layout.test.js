import assert from "node:assert/strict";
import { test } from "node:test";
import { floating, layoutStage } from "../core/stage_layout.js";

const AREAS = [{ width: 1440, height: 780 }, { width: 820, height: 1040 }, { width: 390, height: 700 }, { width: 320, height: 440 }, { width: 700, height: 320 }];
const people = (count) => Array.from({ length: count }, (_, index) => `p${index}`);
const stage = (count, area, more = {}) => layoutStage({ area, others: people(count), self: "me", main: null, corner: "bottom-right", lobby: false, ...more });

const inside = (rect, area) => rect.left >= 0 && rect.top >= 0 && rect.left + rect.width <= area.width + 1 && rect.top + rect.height <= area.height + 1 && rect.width > 0 && rect.height > 0;
const apart = (a, b) => a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top || b.top + b.height <= a.top;

test("everything is on the stage, and nothing but the floating picture lies on another", () => {
  for (const area of AREAS) {
    for (let count = 0; count <= 9; count += 1) {
      for (const main of [null, "p0", "me"]) {
        const rects = [...stage(count, area, { main: count ? main : null }).tiles.values()];
        assert.ok(rects.every((rect) => inside(rect, area)), `${count} in ${area.width}x${area.height}, main ${main}`);
        const still = rects.filter((rect) => rect.role !== "floating");
        still.forEach((a, index) => still.slice(index + 1).forEach((b) => assert.ok(apart(a, b), `${count} in ${area.width}`)));
      }
    }
  }
});

test("one other person fills the stage, oneself floats in the chosen corner", () => {
  const { tiles } = stage(1, { width: 1440, height: 780 }, { corner: "top-left" });
  assert.equal(tiles.get("p0").width, 1440);
  assert.equal(tiles.get("me").role, "floating");
  assert.equal(tiles.get("me").left, 16);
});

test("who only watches has no tile of one's own, and leaves the room to the others", () => {
  for (const area of AREAS) {
    for (let count = 0; count <= 9; count += 1) {
      for (const main of [null, "p0"]) {
        const { tiles, lobby } = stage(count, area, { main: count ? main : null, self: null, lobby: true });
        assert.ok([...tiles.keys()].every((id) => id.startsWith("p")) && [...tiles.values()].every((rect) => inside(rect, area)));
        assert.deepEqual(lobby, count ? null : { left: 0, top: 0, ...area, role: "grid" });
      }
    }
  }
  assert.equal(stage(2, { width: 390, height: 700 }, { self: null }).tiles.size, 2);
  assert.equal(stage(2, { width: 390, height: 700 }, { self: null, main: "p0" }).tiles.get("p0").width, 390);
});

test("in the grid everybody has a place, oneself too", () => {
  assert.equal(stage(8, { width: 1440, height: 780 }).tiles.size, 9);
});

test("beside a main tile there is a strip, as long as it can be; oneself is always in it", () => {
  const { tiles } = stage(9, { width: 390, height: 700 }, { main: "p3" });
  assert.equal(tiles.get("p3").role, "main");
  assert.equal(tiles.get("me").role, "strip");
  assert.ok(tiles.size < 10);
});

test("while nobody is here the card has its place, inside the stage", () => {
  for (const area of AREAS) {
    const { tiles, lobby } = stage(0, area, { lobby: true });
    assert.ok(inside(lobby, area) && apart(lobby, tiles.get("me")));
  }
});

test("the floating picture stays inside in all corners", () => {
  for (const area of AREAS) for (const corner of ["top-left", "top-right", "bottom-left", "bottom-right"]) assert.ok(inside(floating(area, corner), area));
});
