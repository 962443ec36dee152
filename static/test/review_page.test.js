// What the review page works out before it draws: where things stand, what belongs together, what is asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hitsOf, lineAt } from "../core/review/chat_search.js";
import { drawingOver, drawingsAt } from "../core/review/drawings.js";
import { eventsOf, speakersOf } from "../core/review/events.js";
import { countOf, isBackwards, NO_FILTERS, queryOf } from "../core/review/list_query.js";
import { differences, markersAt, neighbour, reduceMarkers } from "../core/review/markers.js";
import { layoutReview, mainTile } from "../core/review/stage.js";
import { hashOf, momentOf } from "../core/review/time_link.js";
import { blocks, clusters, follow, momentAt, momentByKey, pan, ticks, whole, xOf, zoom } from "../core/review/timeline.js";

const HOUR = 3_600_000;
const marker = (id, start_ms, more = {}) => ({ id, start_ms, end_ms: null, category: "finding", text: id, author: "A", mine: true, visibility: "team", at: "2030-01-01T10:00:00Z", revision: 1, ...more });
const EMPTY = { duration_ms: 60_000, joins: [], speaking: [], chat: [], quality: [], consent: [], gaps: [], acts: [], acts_outside: 0 };

test("moments in addresses", () => {
  assert.deepEqual(["#t=754", "#t=12:34", "#t=1:02:03.5", "#a=1&t=7.25", "", "#t=", "#t=x", "#t=-4", "#t=1:2:3:4"].map(momentOf), [754_000, 754_000, 3_723_500, 7250, null, null, null, null, null]);
  assert.equal(hashOf(754_321), "#t=754.3");
  assert.equal(momentOf(hashOf(12_300)), 12_300);
  assert.equal(hashOf(-5), "#t=0");
});

test("zooming keeps the moment in its place and never leaves the recording", () => {
  const all = whole(HOUR);
  const near = zoom(all, 4, HOUR / 2, HOUR);
  assert.equal(near.to - near.from, HOUR / 4);
  assert.ok(Math.abs(xOf(near, 800, HOUR / 2) - xOf(all, 800, HOUR / 2)) < 1e-6);
  assert.deepEqual(zoom(near, 0.001, 0, HOUR), all);
  assert.equal(zoom(all, 1e9, 0, HOUR).to, 10_000);
  assert.deepEqual(zoom(whole(4000), 8, 0, 4000), { from: 0, to: 4000 }, "a short recording is never cut");
  assert.deepEqual(pan(near, -HOUR, HOUR), { from: 0, to: HOUR / 4 });
  assert.deepEqual(pan(near, HOUR, HOUR), { from: (HOUR * 3) / 4, to: HOUR });
  assert.equal(follow(near, near.from + 1, HOUR), near);
  const on = follow(near, near.to + 1000, HOUR);
  assert.ok(on.from < near.to + 1000 && on.to > near.to + 1000);
});

test("a point and its moment are each other's inverse", () => {
  const view = { from: 20_000, to: 80_000 };
  for (const ms of [20_000, 33_333, 80_000]) assert.ok(Math.abs(momentAt(view, 640, xOf(view, 640, ms)) - ms) < 1e-6);
  assert.equal(momentAt(view, 640, -50), 20_000);
  assert.equal(momentAt(view, 640, 9999), 80_000);
});

test("labels stand at round moments and leave each other room", () => {
  for (const [duration, width] of [[30_000, 320], [HOUR, 320], [3 * HOUR, 1200], [9 * HOUR, 200]]) {
    const found = ticks(whole(duration), width);
    assert.ok(found.length >= 1 && found.length <= width / 72 + 2, `${duration} ms on ${width} px: ${found.length}`);
    assert.ok(found.every((at) => at % 1000 === 0));
  }
});

test("thousands of spans become at most a block for each pixel, and none is lost", () => {
  const spans = Array.from({ length: 20_000 }, (_, index) => ({ start_ms: index * 500, end_ms: index * 500 + 200 }));
  const found = blocks(spans, whole(10_000_000), 600);
  assert.ok(found.length <= 600);
  assert.equal(found.reduce((sum, block) => sum + block.count, 0), spans.length);
  const near = blocks(spans, { from: 0, to: 5000 }, 1000);
  assert.deepEqual([near.length, Math.round(near[1].x), Math.round(near[1].width)], [11, 100, 40]);
  assert.deepEqual(blocks([{ start_ms: 0, end_ms: null }], { from: 1000, to: 2000 }, 100), [{ x: 0, width: 100, first: 0, count: 1 }]);
  assert.deepEqual(blocks([{ start_ms: 0, end_ms: 500 }], { from: 1000, to: 2000 }, 100), []);
});

test("signs on one place become one with a count", () => {
  assert.deepEqual(clusters([0, 10, 5000, 9000], whole(10_000), 100, 12).map((one) => [one.first, one.count]), [[0, 2], [2, 1], [3, 1]]);
});

test("keys of the slider", () => {
  assert.deepEqual(["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End", "x"].map((key) => momentByKey(key, 3000, 90_000)), [0, 8000, 63_000, 0, 0, 90_000, null]);
});

test("markers stay in order, and an older revision changes nothing", () => {
  let all = reduceMarkers([], { type: "all", markers: [marker("b", 5000), marker("a", 1000)] });
  assert.deepEqual(all.map((one) => one.id), ["a", "b"]);
  all = reduceMarkers(all, { type: "put", marker: marker("a", 9000, { revision: 3 }) });
  assert.deepEqual(all.map((one) => one.id), ["b", "a"]);
  all = reduceMarkers(all, { type: "put", marker: marker("a", 0, { revision: 2 }) });
  assert.equal(all.find((one) => one.id === "a").start_ms, 9000);
  all = reduceMarkers(all, { type: "gone", id: "b" });
  assert.deepEqual(all.map((one) => one.id), ["a"]);
});

test("jumping by markers: next, previous, and not the same again", () => {
  const all = [marker("a", 1000), marker("b", 5000), marker("c", 9000, { end_ms: 12_000 })];
  assert.equal(neighbour(all, 1000, 1)?.id, "b");
  assert.equal(neighbour(all, 5500, -1)?.id, "a");
  assert.equal(neighbour(all, 9000, 1), null);
  assert.equal(neighbour(all, 500, -1), null);
  assert.deepEqual(markersAt(all, 11_000).map((one) => one.id), ["c"]);
  assert.deepEqual(markersAt(all, 1500).map((one) => one.id), ["a"]);
  assert.deepEqual(differences(marker("x", 1, { text: "mine" }), marker("x", 2, { text: "theirs", visibility: "private" })), ["time", "text", "visibility"]);
});

test("the chat is searched without accents and case, and knows where one is", () => {
  const chat = [{ at_ms: 1000, name: "Jürgen", body: "Good morning" }, { at_ms: 4000, name: "Bo", body: "MÜDE and dizzy" }, { at_ms: 4000, name: "Bo", body: "since Monday" }];
  assert.deepEqual(hitsOf(chat, "mude"), [1]);
  assert.deepEqual(hitsOf(chat, "bo mon"), [2]);
  assert.deepEqual(hitsOf(chat, "jurgen"), [0]);
  assert.deepEqual(hitsOf(chat, "  "), []);
  assert.deepEqual([0, 1000, 3999, 4000, 1e9].map((ms) => lineAt(chat, ms)), [-1, 0, 0, 2, 2]);
});

test("all that happened stands in one list, in order", () => {
  const timeline = { ...EMPTY, joins: [{ participant_id: "p", at_ms: 10, what: "joined" }], chat: [{ at_ms: 5, name: "A", body: "hi" }], gaps: [{ participant_id: "p", source: "camera", start_ms: 20, end_ms: 30, why: "loss" }, { participant_id: "p", source: "microphone", start_ms: 25, end_ms: 31, why: "loss" }], quality: [{ participant_id: "p", start_ms: 15, end_ms: 16, what: "poor" }] };
  const events = eventsOf(timeline, [marker("m", 12)]);
  assert.deepEqual(events.map((one) => [one.kind, one.at_ms, one.what]), [["chat", 5, ""], ["join", 10, "joined"], ["marker", 12, "finding"], ["quality", 15, "poor"], ["gap", 20, "loss"]]);
  assert.equal(new Set(events.map((one) => one.key)).size, events.length);
});

test("what was done stands among it, with what is needed to say and open it", () => {
  const act = (kind, at_ms, more = {}) => ({ id: `${kind}-1`, kind, what: "kept", at_ms, end_ms: null, participant_id: null, name: "Dora", to: "", value: null, second: null, unit: "", words: {}, pictogram: "", seen: false, text: "", still: null, ...more });
  const acts = [act("instruction", 4, { what: "card", end_ms: 9, participant_id: "p" }), act("still", 13, { participant_id: "p" }), act("handover", 40, { what: "left" })];
  const events = eventsOf({ ...EMPTY, acts }, [marker("m", 12)]);
  assert.deepEqual(events.map((one) => [one.kind, one.at_ms, one.end_ms, one.participant_id]), [["instruction", 4, 9, "p"], ["marker", 12, null, ""], ["still", 13, null, "p"], ["handover", 40, null, ""]]);
  assert.deepEqual(events.map((one) => one.act?.id), ["instruction-1", undefined, "still-1", "handover-1"]);
});

test("who speaks", () => {
  const at = speakersOf([{ participant_id: "b", start_ms: 500, end_ms: 900 }, { participant_id: "a", start_ms: 0, end_ms: 600 }, { participant_id: "a", start_ms: 800, end_ms: 1000 }]);
  assert.deepEqual([0, 550, 700, 850, 1000].map(at).map((ids) => ids.sort().join()), ["a", "a,b", "b", "a,b", ""]);
});

const TILES = [{ id: "a:main", participantId: "a", group: "main", shown: true }, { id: "b:main", participantId: "b", group: "main", shown: true }, { id: "b:screen", participantId: "b", group: "screen", shown: false }];
const wish = (more) => ({ area: { width: 900, height: 500 }, tiles: TILES, pinned: null, mode: "grid", speaker: null, ...more });

test("pinned comes before a screen, a screen before who speaks", () => {
  const withScreen = TILES.map((tile) => ({ ...tile, shown: true }));
  assert.equal(mainTile(wish({})), null);
  assert.equal(mainTile(wish({ mode: "spotlight", speaker: "b" })), "b:main");
  assert.equal(mainTile(wish({ mode: "spotlight" })), "a:main");
  assert.equal(mainTile(wish({ tiles: withScreen, mode: "spotlight", speaker: "a" })), "b:screen");
  assert.equal(mainTile(wish({ tiles: withScreen, pinned: "a:main" })), "a:main");
  assert.equal(mainTile(wish({ pinned: "b:screen" })), null, "what is not there cannot be big");
});

test("tiles lie within the stage and not on each other, whatever its shape", () => {
  for (const area of [{ width: 900, height: 500 }, { width: 390, height: 500 }, { width: 320, height: 180 }]) {
    for (const count of [1, 2, 3, 5, 9]) {
      for (const pinned of [null, "p0:main"]) {
        const tiles = Array.from({ length: count }, (_, index) => ({ id: `p${index}:main`, participantId: `p${index}`, group: "main", shown: true }));
        const rects = [...layoutReview({ area, tiles, pinned, mode: "grid", speaker: null }).values()];
        assert.equal(rects.length, count);
        for (const one of rects) assert.ok(one.left >= -0.5 && one.top >= -0.5 && one.left + one.width <= area.width + 0.5 && one.top + one.height <= area.height + 0.5, JSON.stringify([area, count, one]));
        for (const [index, one] of rects.entries()) for (const other of rects.slice(index + 1)) assert.ok(one.left + one.width <= other.left + 0.5 || other.left + other.width <= one.left + 0.5 || one.top + one.height <= other.top + 0.5 || other.top + other.height <= one.top + 0.5);
      }
    }
  }
});

test("beside somebody large, eight others still show who they are, in lines if need be", () => {
  const tiles = Array.from({ length: 9 }, (_, index) => ({ id: `p${index}:main`, participantId: `p${index}`, group: "main", shown: true }));
  for (const area of [{ width: 1400, height: 700 }, { width: 720, height: 414 }, { width: 374, height: 440 }, { width: 304, height: 320 }]) {
    const [main, ...strip] = layoutReview({ area, tiles, pinned: "p0:main", mode: "grid", speaker: null }).values();
    for (const one of strip) assert.ok(one.width >= 84 && one.height >= 36, JSON.stringify([area, one]));
    assert.ok(main.width >= area.width * 0.55 && main.height >= area.height * 0.55, JSON.stringify([area, main]));
  }
});

test("the list is asked only for what was chosen, days in the reader's zone", () => {
  assert.deepEqual(queryOf(NO_FILTERS), {});
  const query = queryOf({ ...NO_FILTERS, text: " burn ", from: "2030-01-01", to: "2030-01-01", only: "unread", kind: "urgent" });
  assert.deepEqual([query.text, query.unread, query.kind], ["burn", true, "urgent"]);
  assert.equal(Date.parse(query.to) - Date.parse(query.from), 24 * HOUR);
  assert.equal(countOf({ ...NO_FILTERS, text: "x", tag: "y" }), 1);
  assert.equal(isBackwards({ ...NO_FILTERS, from: "2030-01-02", to: "2030-01-01" }), true);
  assert.equal(isBackwards({ ...NO_FILTERS, to: "2030-01-01" }), false);
});

test("a drawing stands over the picture of its person while it was shown", () => {
  const drawing = { id: "d", width: 4, height: 3, at: "", shapes: [] };
  const act = (id, at_ms, end_ms, more = {}) => ({ id, kind: "drawing", what: "frozen", at_ms, end_ms, participant_id: "p", drawing, ...more });
  const acts = [act("a", 10, 20), act("b", 15, null), act("c", 10, 30, { drawing: null }), act("d", 12, 18, { participant_id: "q" })];
  assert.deepEqual([9, 10, 15, 18, 20, 1e6].map((ms) => drawingsAt(acts, ms).join()), ["", "a", "a,b,d", "a,b", "b", "b"]);
  assert.equal(drawingOver(acts, "a,b,d", "p")?.id, "b");
  assert.equal(drawingOver(acts, "a", "q"), undefined);
  assert.equal(drawingOver(acts, "", "p"), undefined);
});
