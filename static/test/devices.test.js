import assert from "node:assert/strict";
import { test } from "node:test";
import { Devices } from "../core/devices.js";
import { FakeClock, FakeMediaDevices, settle } from "./fakes.js";

function harness() {
  const media = new FakeMediaDevices();
  const clock = new FakeClock();
  const devices = new Devices({ media, clock });
  const changes = [];
  devices.on("track", (change) => changes.push([change.kind, change.track?.readyState ?? null, change.verdict]));
  return { media, clock, devices, changes };
}

test("opens both with one question", async () => {
  const { media, devices } = harness();
  assert.deepEqual(await devices.open(), { camera: "ok", microphone: "ok" });
  assert.equal(media.asked.length, 1);
  assert.equal(devices.tracks.camera.readyState, "live");
});

for (const [name, verdict] of [["NotAllowedError", "refused"], ["NotFoundError", "none"], ["NotReadableError", "failed"]]) {
  test(`without a camera (${name}) there is still the microphone`, async () => {
    const { media, devices } = harness();
    media.errors.camera = name;
    assert.deepEqual(await devices.open(), { camera: verdict, microphone: "ok" });
    assert.equal(devices.tracks.microphone.readyState, "live");
  });
}

test("with neither, and without the interface, nothing rejects", async () => {
  const { media, devices } = harness();
  media.errors = { camera: "NotAllowedError", microphone: "NotAllowedError" };
  assert.deepEqual(await devices.open(), { camera: "refused", microphone: "refused" });
  const bare = new Devices({ media: undefined, clock: new FakeClock() });
  assert.deepEqual(await bare.open(), { camera: "failed", microphone: "failed" });
});

test("opening again keeps what is open", async () => {
  const { media, devices } = harness();
  await devices.open();
  const { microphone } = devices.tracks;
  devices.stop("camera");
  await devices.open();
  assert.equal(devices.tracks.microphone, microphone);
  assert.equal(media.asked.length, 2);
  assert.equal(media.asked[1].audio, undefined);
});

test("a device that ends is reported and found again", async () => {
  const { clock, devices, changes } = harness();
  await devices.open();
  devices.tracks.microphone.end();
  assert.deepEqual(changes.at(-1), ["microphone", null, "failed"]);
  await clock.advance(200);
  assert.deepEqual(changes.at(-1), ["microphone", "live", "ok"]);
});

test("a device that stays away is looked for three times", async () => {
  const { media, clock, devices } = harness();
  await devices.open();
  media.errors.camera = "NotFoundError";
  devices.tracks.camera.end();
  await clock.advance(60_000);
  assert.equal(media.asked.length, 4);
  assert.equal(devices.tracks.camera, null);
});

test("turning a lost device off ends the search", async () => {
  const { media, clock, devices } = harness();
  await devices.open();
  devices.tracks.camera.end();
  devices.stop("camera");
  await clock.advance(60_000);
  assert.equal(media.asked.length, 1);
});

test("a track silenced by the system for 3 s is captured anew, a short silence is not", async () => {
  const { media, clock, devices } = harness();
  await devices.open();
  const first = devices.tracks.microphone;
  first.mute();
  await clock.advance(1_000);
  first.unmute();
  await clock.advance(3_000);
  assert.equal(devices.tracks.microphone, first);
  first.mute();
  await clock.advance(3_000);
  assert.notEqual(devices.tracks.microphone, first);
  assert.equal(media.asked.length, 2);
});

test("what the system took is said, and over when it gives it back", async () => {
  const { media, clock, devices } = harness();
  await devices.open();
  const told = [];
  devices.on("interrupted", ({ kind }) => told.push([kind, devices.interrupted[kind]]));
  const { microphone } = devices.tracks;
  media.errors.microphone = "NotReadableError";
  microphone.mute();
  await clock.advance(10_000);
  assert.deepEqual(told, [["microphone", true]]);
  assert.equal(devices.tracks.microphone, microphone);
  microphone.unmute();
  assert.deepEqual(told.at(-1), ["microphone", false]);
  microphone.mute();
  await clock.advance(1_000);
  devices.stop("microphone");
  assert.deepEqual(told.slice(2), [["microphone", true], ["microphone", false]]);
});

test("a camera lost to a phone call comes back with the page", async () => {
  const { media, clock, devices } = harness();
  await devices.open();
  media.errors.camera = "NotReadableError";
  devices.tracks.camera.mute();
  await clock.advance(3_000);
  assert.deepEqual([devices.tracks.camera, devices.interrupted.camera], [null, true]);
  assert.equal(await devices.revive(), false);
  media.errors.camera = null;
  assert.equal(await devices.revive(), true);
  assert.deepEqual([devices.tracks.camera.readyState, devices.interrupted.camera], ["live", false]);
});

test("a headset that is plugged in again is used again", async () => {
  const { media, clock, devices } = harness();
  await devices.open();
  media.errors.microphone = "NotFoundError";
  devices.tracks.microphone.end();
  await clock.advance(60_000);
  media.errors.microphone = null;
  media.dispatchEvent(new Event("devicechange"));
  await settle();
  assert.deepEqual([devices.tracks.microphone.readyState, devices.interrupted.microphone], ["live", false]);
});

test("a track that is silent from the start counts as taken", async () => {
  const { media, clock, devices } = harness();
  const { getUserMedia } = media;
  media.getUserMedia = async (constraints) => {
    const stream = await getUserMedia.call(media, constraints);
    for (const track of stream.getTracks()) track.muted = true;
    return stream;
  };
  await devices.start("microphone");
  await clock.advance(10_000);
  assert.deepEqual([devices.interrupted.microphone, media.asked.length], [true, 1]);
});

test("a chosen device is asked for exactly, and any other serves when it is gone", async () => {
  const { media, devices } = harness();
  await devices.choose("camera", "cam1");
  assert.deepEqual(media.asked[0].video.deviceId, { exact: "cam1" });
  assert.equal(devices.currentId("camera"), "cam1");
  media.getUserMedia = async function (constraints) {
    this.asked.push(constraints);
    if (constraints.video.deviceId?.exact) throw Object.assign(new Error(), { name: "OverconstrainedError" });
    return FakeMediaDevices.prototype.getUserMedia.call(this, constraints);
  };
  assert.equal(await devices.choose("camera", "gone"), "ok");
});

test("a slow answer does not overrule a later wish", async () => {
  const { devices } = harness();
  const opening = devices.start("camera");
  devices.stop("camera");
  await opening;
  assert.equal(devices.tracks.camera, null);
});

test("lists devices by kind and tells when they change", async () => {
  const { media, devices } = harness();
  const lists = [];
  devices.on("list", (list) => lists.push(list));
  media.dispatchEvent(new Event("devicechange"));
  await settle();
  assert.deepEqual(lists[0].speaker, [{ id: "spk1", label: "Speaker" }]);
  devices.close();
  media.dispatchEvent(new Event("devicechange"));
  await settle();
  assert.equal(lists.length, 1);
});
