// Watching a recording: everybody on one clock, all wait for the slowest, gaps and damage are told, nothing is kept open.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MasterClock } from "../core/review/clock.js";
import { Follower, LIMIT, nudge } from "../core/review/follower.js";
import { Player } from "../core/review/player.js";
import { gapReason, lanesOf, nextSegment, reasonAt, segmentAt, sourceGapsAt } from "../core/review/schedule.js";
import { FakeMedia } from "./fake_media.js";
import { FakeClock } from "./fakes.js";

const part = (id, start_ms, end_ms, { who = "ada", group = "main" } = {}) => ({ id, participant_id: who, group, mime: "video/webm", start_ms, end_ms, bytes: 1 });
const PEOPLE = [{ id: "ada", name: "Ada", role: "patient" }, { id: "bo", name: "Bo", role: "clinician" }];
const BOTH = [part("a1", 0, 60_000), part("b1", 0, 60_000, { who: "bo" })];
const EMPTY = { duration_ms: 0, joins: [], speaking: [], chat: [], quality: [], consent: [], gaps: [] };

/** A player with fakes; `options` by segment id. */
function watch(segments, { duration = 60_000, options = {}, isHidden = () => false } = {}) {
  const time = new FakeClock();
  const opened = new Map();
  const order = [];
  const open = (segment) => {
    const media = new FakeMedia(time, { seconds: (segment.end_ms - segment.start_ms) / 1000, ...options[segment.id] });
    opened.set(segment.id, media);
    order.push(media);
    return media;
  };
  const player = new Player({ segments, participants: PEOPLE, duration }, { open, time, isHidden });
  player.start();
  return { time, player, opened, order };
}

/** Milliseconds between what two files show, on the recording's clock. */
const apart = (one, other) => Math.abs(one.currentTime - other.currentTime) * 1000;

test("the clock goes on at its speed, stands while it is held, and ends at the end", () => {
  const time = new FakeClock();
  const clock = new MasterClock(10_000, time);
  clock.play();
  time.time = 1000;
  assert.equal(clock.position, 1000);
  clock.setRate(2);
  time.time = 2000;
  assert.equal(clock.position, 3000);
  clock.hold();
  time.time = 3000;
  assert.equal(clock.position, 3000);
  clock.release();
  clock.adopt(2900);
  assert.equal(clock.jumps.value, 0);
  time.time = 9000;
  assert.equal(clock.position, 10_000);
  clock.pause();
  clock.play();
  assert.equal(clock.position, 0, "from the end it begins anew");
  clock.seek(-5);
  assert.equal(clock.position, 0);
  clock.seek(Number.NaN);
  assert.equal(clock.position, 0);
  clock.setRate(9);
  assert.equal(clock.rate.value, 2);
  clock.stepRate(-1);
  assert.equal(clock.rate.value, 1.75);
  clock.setRate(0.5);
  clock.stepRate(-1);
  assert.equal(clock.rate.value, 0.5);
});

test("a nudge is never above five per cent, and small drifts are let be", () => {
  assert.equal(nudge(20, false), 1);
  assert.equal(nudge(-5000, false), 1.05);
  assert.equal(nudge(5000, false), 0.95);
  assert.ok(nudge(40, false) < 1 && nudge(-40, false) > 1);
  assert.notEqual(nudge(15, true), 1, "what is being brought back goes on until it is there");
  assert.equal(nudge(9, true), 1);
});

test("each person has a lane, also one without any file; the newer file wins", () => {
  const lanes = lanesOf([part("a2", 900, 2000), part("a1", 0, 1000), part("s", 0, 500, { group: "screen" })], PEOPLE);
  assert.deepEqual(lanes.map((lane) => [lane.id, lane.segments.map((one) => one.id)]), [["ada:main", ["a1", "a2"]], ["bo:main", []], ["ada:screen", ["s"]]]);
  assert.equal(segmentAt(lanes[0], 950)?.id, "a2");
  assert.equal(segmentAt(lanes[0], 2000), null);
  assert.equal(nextSegment(lanes[0], 0)?.id, "a2");
});

test("a gap says why", () => {
  const timeline = {
    ...EMPTY,
    joins: [{ participant_id: "ada", at_ms: 1000, what: "joined" }, { participant_id: "ada", at_ms: 9000, what: "left" }, { participant_id: "bo", at_ms: 0, what: "joined" }, { participant_id: "bo", at_ms: 500, what: "held" }],
    consent: [{ participant_id: "ada", start_ms: 2000, end_ms: 3000, what: "not_captured" }],
    gaps: [{ participant_id: "ada", source: "camera", start_ms: 4000, end_ms: 5000, why: "overflow" }],
  };
  const reasons = [0, 2500, 4500, 6000, 9500].map((ms) => reasonAt(timeline, "ada", ms));
  assert.deepEqual(reasons, ["away", "no_consent", "overflow", "not_recorded", "away"]);
  assert.equal(reasonAt(timeline, "bo", 600), "paused");
  assert.equal(gapReason("something new"), "not_recorded");
  assert.deepEqual([...sourceGapsAt(timeline, "camera", 4500)], [["ada", "overflow"]]);
  assert.deepEqual([sourceGapsAt(timeline, "microphone", 4500).size, sourceGapsAt(timeline, "camera", 5000).size], [0, 0]);
});

test("nothing is fetched but heads before play; then all begin together", async () => {
  const { time, player, opened } = watch(BOTH, { options: { b1: { readyAfter: 2000 } } });
  await time.advance(500);
  assert.deepEqual([...opened.values()].map((one) => [one.wantsData, one.paused]), [[false, true], [false, true]]);
  player.toggle();
  await time.advance(500);
  assert.equal(player.clock.held.value, true);
  assert.equal(opened.get("a1").paused, true, "who is ready waits for who is not");
  assert.equal(player.clock.position, 0);
  await time.advance(2000);
  assert.equal(player.clock.held.value, false);
  assert.ok(player.clock.position > 500);
  assert.ok(apart(opened.get("a1"), opened.get("b1")) <= LIMIT);
});

test("files that begin late and run at their own speed stay within the limit", async () => {
  const { time, player, opened } = watch([part("a1", 0, 600_000), part("b1", 0, 600_000, { who: "bo" })], { duration: 600_000, options: { a1: { startsAfter: 160, speed: 1.004 }, b1: { startsAfter: 20, speed: 0.998 } } });
  player.toggle();
  await time.advance(4000);
  let worst = 0;
  for (let step = 0; step < 300; step += 1) {
    await time.advance(500);
    worst = Math.max(worst, apart(opened.get("a1"), opened.get("b1")));
  }
  assert.ok(worst <= LIMIT, `${worst} ms apart`);
  for (const media of opened.values()) {
    assert.ok(media.rates.every((rate) => rate >= 0.95 - 1e-9 && rate <= 1.05 + 1e-9), "nudges only");
    assert.ok(media.seeks.length <= 1, "and no jumps");
  }
});

test("one that falls behind is waited for, not jumped over", async () => {
  const { time, player, opened } = watch(BOTH, { options: { b1: { speed: 0.9 } } });
  player.toggle();
  await time.advance(2000);
  let worst = 0;
  for (let step = 0; step < 100; step += 1) {
    await time.advance(100);
    worst = Math.max(worst, apart(opened.get("a1"), opened.get("b1")));
  }
  assert.ok(worst <= 2 * LIMIT, `${worst} ms apart`);
  assert.equal(opened.get("b1").seeks.length, 0);
});

test("when data runs out all stand still, and the page learns for whom", async () => {
  const { time, player, opened } = watch(BOTH);
  player.toggle();
  await time.advance(3000);
  const before = player.clock.position;
  opened.get("b1").starve(20_000);
  await time.advance(10_000);
  assert.ok(player.clock.position - before < 200);
  assert.equal(opened.get("a1").paused, true);
  assert.deepEqual(player.sync.slow.value, ["bo:main"]);
  assert.equal(player.sync.views.value.find((one) => one.lane.id === "bo:main").state, "waiting");
  player.sync.skip("bo:main");
  await time.advance(1000);
  assert.ok(player.clock.position > before + 300, "the others go on without");
  assert.deepEqual(player.sync.slow.value, []);
  assert.equal(player.sync.faults.value.get("b1"), "skipped");
  player.sync.retry();
  await time.advance(1000);
  assert.equal(player.sync.views.value.find((one) => one.lane.id === "bo:main").state, "on");
});

test("it begins where there is something to see, and there again after the end", async () => {
  const { time, player, opened } = watch([part("a1", 900, 3000), part("b1", 1400, 3000, { who: "bo" })], { duration: 3000 });
  await time.advance(200);
  assert.equal(player.clock.position, 900);
  assert.deepEqual([...opened.keys()], ["a1"]);
  player.toggle();
  await time.advance(4000);
  assert.equal(player.clock.playing.value, false);
  assert.equal(player.clock.position, 3000);
  player.toggle();
  await time.advance(600);
  assert.ok(player.clock.position >= 900 && player.clock.position < 1600);
});

test("a jump takes everybody along, playing or not", async () => {
  const { time, player, opened } = watch(BOTH);
  await time.advance(200);
  player.seek(30_000);
  await time.advance(500);
  assert.deepEqual([...opened.values()].map((one) => one.currentTime), [30, 30]);
  player.toggle();
  await time.advance(2000);
  player.step(-1);
  await time.advance(1000);
  assert.ok(Math.abs(opened.get("a1").currentTime * 1000 - player.clock.position) <= LIMIT);
  assert.ok(player.clock.position < 20_000);
  player.frame(1);
  await time.advance(300);
  assert.equal(player.clock.playing.value, false);
  const still = player.clock.position;
  player.frame(1);
  assert.ok(Math.abs(player.clock.position - still - 1000 / 30) < 0.01);
});

test("a browser that rounds a position is not asked again and again", async () => {
  const { time, player, opened } = watch([part("a1", 0, 60_000)]);
  await time.advance(100);
  const media = opened.get("a1");
  Object.defineProperty(media, "currentTime", { get: () => 12, set: (seconds) => void media.seeks.push(seconds) });
  player.seek(12_300);
  await time.advance(2000);
  assert.deepEqual(media.seeks, [12.3]);
});

test("the next file is opened ahead, follows without a break, and the old one is given back", async () => {
  const { time, player, opened } = watch([part("a1", 0, 20_000), part("a2", 20_000, 60_000), part("b1", 0, 60_000, { who: "bo" })]);
  player.toggle();
  await time.advance(5000);
  assert.equal(opened.has("a2"), false);
  await time.advance(8000);
  assert.equal(opened.get("a2").wantsData, true);
  await time.advance(9000);
  assert.equal(opened.get("a1").released, true);
  assert.equal(opened.get("a2").paused, false);
  assert.ok(Math.abs((opened.get("a2").currentTime + 20) * 1000 - player.clock.position) <= LIMIT);
});

test("a gap plays on with the others, and ends where the next file begins", async () => {
  const { time, player, opened } = watch([part("a1", 0, 4000), part("a2", 30_000, 60_000), part("b1", 0, 60_000, { who: "bo" })]);
  player.toggle();
  await time.advance(7000);
  assert.equal(player.sync.views.value[0].state, "gap");
  assert.equal(opened.get("a1").released, true);
  assert.ok(player.clock.position > 5000);
  player.seek(31_000);
  await time.advance(1500);
  assert.equal(player.sync.views.value[0].state, "on");
});

test("damage is told and skipped; leaving gives everything back", async () => {
  const { time, player, opened, order } = watch(BOTH, { options: { a1: { readyAfter: 1e9 } } });
  await time.advance(200);
  opened.get("a1").fault = "damaged";
  player.toggle();
  await time.advance(2000);
  const [ada] = player.sync.views.value;
  assert.deepEqual([ada.state, ada.fault, ada.media], ["broken", "damaged", null]);
  assert.ok(player.clock.position > 1000);
  const other = new Player({ segments: [], participants: [], duration: 1000 }, { open: () => assert.fail(), time });
  other.start();
  other.toggle();
  await time.advance(1500);
  assert.equal(other.clock.playing.value, false, "at the end it stops");
  player.stop();
  other.stop();
  assert.ok(order.every((one) => one.released));
  assert.equal(time.pending, 0);
});

test("a file that is shorter than promised holds nobody up", async () => {
  const { time, player, opened } = watch(BOTH, { options: { a1: { seconds: 3 } } });
  player.toggle();
  await time.advance(8000);
  assert.equal(opened.get("a1").ended, true);
  assert.ok(player.clock.position > 7000);
  player.clock.pause();
  await time.advance(500);
  assert.ok(opened.get("a1").currentTime < 3);
});

test("a browser that wants a press first stops the clock and says so", async () => {
  const { time, player } = watch([part("a1", 0, 60_000)], { options: { a1: { refuse: "NotAllowedError" } } });
  player.toggle();
  await time.advance(1000);
  assert.equal(player.clock.playing.value, false);
  assert.equal(player.sync.blocked.value, true);
});

test("what a browser stops in a hidden page holds nobody up, and is back when the page is", async () => {
  let hidden = false;
  const { time, player, opened } = watch(BOTH, { isHidden: () => hidden });
  player.toggle();
  await time.advance(3000);
  hidden = true;
  opened.get("a1").pause();
  const before = player.clock.position;
  await time.advance(5000);
  assert.ok(player.clock.position - before > 4500, "the others are heard on");
  hidden = false;
  await time.advance(1500);
  assert.equal(opened.get("a1").paused, false);
  assert.ok(apart(opened.get("a1"), opened.get("b1")) <= LIMIT);
});

test("each person is heard as wished, also in files opened later", async () => {
  const { time, player, opened } = watch([part("a1", 0, 4000), part("a2", 4000, 60_000)]);
  await time.advance(100);
  player.setSound("ada", { muted: true });
  player.setSound("ada", { volume: 0.5 });
  assert.deepEqual(opened.get("a1").sound, { muted: true, volume: 0.5 });
  assert.deepEqual(player.sound("bo"), { muted: false, volume: 1 });
  player.seek(5000);
  await time.advance(300);
  assert.deepEqual(opened.get("a2").sound, { muted: true, volume: 0.5 });
});

test("a follower too far ahead stands still until the clock has come", () => {
  const time = new FakeClock();
  const media = new FakeMedia(time);
  const follower = new Follower(part("a1", 0, 60_000), media);
  void follower.start(1);
  time.time = 1000;
  follower.follow(800, 1);
  assert.equal(follower.isResting && media.paused, true);
  follower.follow(995, 1);
  assert.equal(follower.isResting || media.paused, false);
});
