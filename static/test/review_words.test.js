// Who may confirm an erasing, lengths and sizes as people write them, and types as browsers know them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eraseStep } from "../ui/pages/recording/erase_banner.js";
import { typeOf } from "../ui/pages/recording/media_element.js";
import { lengthWords, sizeWords, spokenLength } from "../ui/pages/recordings/words.js";

const NOW = Date.parse("2030-01-01T10:00:00Z");
const asked = (more) => ({ asked_by: "A", at: "2030-01-01T09:00:00Z", confirm_after: null, mine: true, ...more });

test("erasing takes another person, or the same one after the delay", () => {
  assert.equal(eraseStep(asked({}), NOW), "waits_other");
  assert.equal(eraseStep(asked({ mine: false }), NOW), "may_confirm");
  assert.equal(eraseStep(asked({ confirm_after: "2030-01-08T09:00:00Z" }), NOW), "waits_time");
  assert.equal(eraseStep(asked({ confirm_after: "2029-12-25T09:00:00Z" }), NOW), "may_confirm");
  assert.equal(eraseStep(asked({ mine: false, confirm_after: "2030-01-08T09:00:00Z" }), NOW), "may_confirm");
});

test("lengths for eyes and for ears", () => {
  assert.deepEqual([0, 7_400, 725_000, 3_723_000].map(lengthWords), ["0:00", "0:07", "12:05", "1:02:03"]);
  assert.equal(lengthWords(null), "");
  assert.deepEqual([0, 61_000, 3_600_000].map(spokenLength), ["0 seconds", "1 minute 1 second", "1 hour"]);
  assert.deepEqual([0, 12_345_678, 2_500_000_000].map(sizeWords), ["0 MB", "12.3 MB", "2.5 GB"]);
});

test("browsers are asked for codecs by the names they know", () => {
  assert.equal(typeOf({ mime: "video/webm", codecs: "vp8,opus" }), 'video/webm; codecs="vp8,opus"');
  assert.equal(typeOf({ mime: "video/mp4", codecs: "h264, opus" }), 'video/mp4; codecs="avc1.42E01F,opus"');
  assert.equal(typeOf({ mime: "video/webm", codecs: "av1,opus" }), 'video/webm; codecs="av01.0.05M.08,opus"');
  assert.equal(typeOf({ mime: "audio/webm" }), "audio/webm");
});
