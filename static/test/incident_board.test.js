// The dispatcher's board: numbers as they are typed, the list as messages come, and what a caller is asked for next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { beatsAfter, BEATS_A_MINUTE } from "../core/incident/metronome.js";
import { bareNumber, mayBecomeGood, numberProblem } from "../core/incident/telephone_number.js";
import { reduce } from "../core/reducer.js";
import { PICTOGRAMS } from "../ui/guidance/pictograms.js";
import { cardsHeld, commonInstructions } from "../core/incident/common_instructions.js";
import { deliveryLook, isOver, wantsResend } from "../ui/incident/words.js";
import { browserFamily, stepOf } from "../ui/pages/caller/flow.js";
import { PositionPost } from "../ui/pages/caller/position_post.js";
import { reduceIncidents } from "../ui/pages/incidents/incident_state.js";

test("numbers as people write them", () => {
  for (const good of ["+49 151 2345678", "0151/2345678", "0049 (0)151 234-5678", "٠١٥١٢٣٤٥٦٧٨", "  555 0100 "]) assert.equal(numberProblem(good), "", good);
  assert.equal(bareNumber("0049 (0)151 234-5678"), "+491512345678");
  assert.deepEqual(["", "0151 abc", "12345", "1".repeat(16), "12+34567", "<script>"].map(numberProblem), ["empty", "letters", "short", "long", "plus", "letters"]);
  assert.deepEqual(["empty", "short", "letters", "long", "plus"].map((/** @type {any} */ one) => mayBecomeGood(one)), [true, true, false, false, false]);
});

/** @param {string} id @param {Record<string, unknown>} [more] */
const incident = (id, more = {}) => /** @type {any} */ ({ id, state: "sent", created_at: `2026-11-23T10:0${id}:00Z`, ended_at: null, delivery: { state: "sent", can_resend: true }, caller: { opened_at: null }, ...more });

test("the list: newest first, those that are over below, changed in place, gone when they go", () => {
  assert.equal(reduceIncidents(null, { type: "incident", data: incident("1") }), null);
  let list = reduceIncidents(null, { type: "snapshot", state: { incidents: [incident("1"), incident("2")] } });
  assert.deepEqual(list?.map((one) => one.id), ["2", "1"]);
  list = reduceIncidents(list, { type: "incident", data: incident("2", { ended_at: "2026-11-23T11:00:00Z" }) });
  assert.deepEqual(list?.map((one) => one.id), ["1", "2"]);
  assert.equal(reduceIncidents(list, { type: "waiting", data: {} }), list);
  assert.deepEqual(reduceIncidents(list, { type: "incident_gone", data: { id: "1" } })?.map((one) => one.id), ["2"]);
  assert.deepEqual(reduceIncidents(null, { type: "snapshot", state: {} }), [], "of a server that knows none");
});

/** @param {Record<string, unknown>} delivery @param {Record<string, unknown>} [more] */
const caller = (delivery, more = {}) => /** @type {any} */ ({ opened_at: null, revoked: false, delivery: { can_resend: true, second_route: false, ...delivery }, ...more });

test("sending again is offered while nobody has opened the link", () => {
  assert.ok(wantsResend(incident("1"), caller({ state: "not_confirmed" })));
  assert.ok(!wantsResend(incident("1"), caller({ state: "not_confirmed", can_resend: false })));
  assert.ok(!wantsResend(incident("1"), caller({ state: "sent" }, { opened_at: "2026-11-23T11:00:00Z" })));
  assert.ok(!wantsResend(incident("1"), caller({ state: "queued" })));
  assert.ok(!wantsResend(incident("1", { state: "closed" }), caller({ state: "failed" })));
  assert.ok(isOver(incident("1", { state: "false_alarm" })) && !isOver(incident("1", { state: "handed_over" })));
});

test("what went out once more by itself is told as that, until it was opened or arrived", () => {
  const looks = ["queued", "sent", "not_confirmed", "failed"].map((state) => deliveryLook(caller({ state, second_route: true })));
  const once = ["queued", "sent", "not_confirmed", "failed"].map((state) => deliveryLook(caller({ state })));
  assert.equal(new Set([...looks, ...once].map(({ word }) => word)).size, 8, "each has words of its own");
  assert.deepEqual(looks.map(({ kind }) => kind), ["warn", "brand", "warn", "urgent"]);
  assert.equal(deliveryLook(caller({ state: "queued", second_route: true }, { opened_at: "2026-11-23T11:00:00Z" })).kind, "ok");
});

test("all callers at once: what each holds in the same way, seen once all have seen it", () => {
  /** @param {string} id @param {string} who @param {Record<string, unknown>} more */
  const asked = (id, who, more) => /** @type {any} */ ({ id, participant_id: who, kind: "light", value: "on", card: null, shown_at: null, cleared_at: null, ...more });
  const card = { kind: "card", value: null, card: { id: "cpr" } };
  const held = [asked("1", "a", {}), asked("2", "b", { shown_at: "now" }), asked("3", "a", card), asked("4", "b", { ...card, card: { id: "aed" } }), asked("5", "c", {})];
  assert.deepEqual(commonInstructions(held, ["a", "b"]).map(({ kind, shown_at: at }) => [kind, at]), [["light", null]]);
  assert.deepEqual(commonInstructions(held, ["b"]).map(({ id, shown_at: at }) => [id, at]), [["2", "now"], ["4", null]], "one caller: its own");
  assert.deepEqual(commonInstructions([...held, asked("6", "a", { shown_at: "now" })], ["a", "b"]).map(({ shown_at: at }) => at), ["now"]);
  assert.deepEqual(commonInstructions(held, []), []);
  assert.deepEqual(cardsHeld([...held, asked("7", "a", { ...card, cleared_at: "now" })], ["a", "b"]).map(({ id }) => id), ["3", "4"]);
});

test("the place is asked for first, then the camera; each may be skipped, and a link for the place alone asks no camera", () => {
  const facts = /** @type {const} */ ({ begun: false, kind: "video", where: "before", skippedWhere: false, camera: "untested", skippedCamera: false });
  assert.equal(stepOf(facts), "start");
  for (const where of /** @type {const} */ (["before", "asking", "unanswered", "refused", "dismissed", "lost", "none"])) {
    assert.equal(stepOf({ ...facts, begun: true, where }), "where");
    assert.equal(stepOf({ ...facts, begun: true, where, skippedWhere: true }), "camera");
  }
  assert.equal(stepOf({ ...facts, begun: true, where: "known" }), "camera");
  assert.equal(stepOf({ ...facts, begun: true, where: "known", kind: "location" }), "live");
  for (const camera of /** @type {const} */ (["asking", "unanswered", "refused", "dismissed", "none", "failed"])) {
    assert.equal(stepOf({ ...facts, begun: true, where: "known", camera }), "camera");
    assert.equal(stepOf({ ...facts, begun: true, where: "known", camera, skippedCamera: true }), "live");
  }
  assert.equal(stepOf({ ...facts, begun: true, where: "known", camera: "ok" }), "live");
});

test("whose question the picture shows", () => {
  assert.equal(browserFamily("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605 CriOS/120 Mobile/15E148 Safari/604"), "ios");
  assert.equal(browserFamily("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537"), "chrome");
  assert.equal(browserFamily("Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"), "firefox");
  assert.equal(browserFamily("Mozilla/5.0 (Macintosh) Version/17 Safari/605"), "other");
});

test("one position at a time, always the newest, tried again until it is there", async () => {
  /** @type {number[]} */
  const sent = [];
  /** @type {((worked: boolean) => void)[]} */
  const answers = [];
  const post = new PositionPost({ send: (body) => { sent.push(body.lat); return new Promise((yes, no) => answers.push((worked) => (worked ? yes(null) : no(new Error("no network"))))); } });
  const at = (/** @type {number} */ latitude) => /** @type {any} */ ({ latitude, longitude: 1, accuracy_m: 5, altitude_m: null, heading: null, speed_mps: null, at: "" });
  const settle = () => new Promise((done) => setTimeout(done, 5));
  post.tell(at(1));
  post.tell(at(2));
  post.tell(at(3));
  assert.deepEqual(sent, [1]);
  answers[0]?.(true);
  await settle();
  assert.deepEqual(sent, [1, 3]);
  answers[1]?.(false);
  await settle();
  post.again();
  assert.deepEqual(sent, [1, 3, 3]);
  answers[2]?.(true);
  await settle();
  post.again();
  assert.deepEqual(sent, [1, 3, 3], "nothing is left to say");
  post.stop();
});

test("what the call knows of an incident follows its messages", () => {
  /** @type {any} */
  let state = { you: {}, chat: [], participants: [], positions: [], instructions: [], incident: null };
  const say = (/** @type {string} */ type, /** @type {any} */ data) => { state = reduce(state, /** @type {any} */ ({ type, data })); };
  say("incident", { id: "inc_1" });
  for (let sequence = 1; sequence <= 230; sequence += 1) say("position", { participant_id: "a", sequence, lat: sequence });
  assert.equal(state.incident.id, "inc_1");
  assert.deepEqual([state.positions.length, state.positions[0].sequence, state.positions.at(-1).sequence], [200, 31, 230]);
  say("position", { participant_id: "b", sequence: 1, lat: 7 });
  assert.deepEqual([state.positions.length, state.positions[0].sequence], [201, 31], "who walks pushes nobody out who stands");
  say("position_gone", { participant_id: "b", sequence: 1 });
  say("position", { participant_id: "a", sequence: 230, lat: 0 });
  assert.deepEqual([state.positions.length, state.positions.at(-1).lat], [200, 0], "said twice, known once");
  say("position_gone", { participant_id: "a", sequence: 230 });
  assert.equal(state.positions.at(-1).sequence, 229);
  say("instruction", { id: "i", kind: "light", shown_at: null });
  say("instruction", { id: "i", kind: "light", shown_at: "now" });
  assert.deepEqual(state.instructions, [{ id: "i", kind: "light", shown_at: "now" }]);
  say("instruction_gone", { id: "i" });
  assert.deepEqual(state.instructions, []);
});

test("the beat: evenly, as often as the guideline wants", () => {
  assert.deepEqual([beatsAfter(0), beatsAfter(545), beatsAfter(546), beatsAfter(60_000)], [1, 1, 2, BEATS_A_MINUTE + 1]);
});

test("every card and request has a picture", () => {
  for (const name of ["recovery-position", "cpr", "press-wound", "aed", "turn-camera", "closer", "hold-still", "light", "zoom", "camera", "still"]) assert.ok(PICTOGRAMS[name]?.length, name);
});
