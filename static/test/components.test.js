import assert from "node:assert/strict";
import { test } from "node:test";
import { initials } from "../ui/components/avatar.js";
import { duration, relative } from "../ui/components/date_time.js";
import { telephoneUri } from "../ui/components/telephone.js";
import { qrPath } from "../ui/components/qr.js";

test("initials leave titles out and keep letters of every script", () => {
  assert.deepEqual(["Dr. med. Mira Amsel", "Ayşe Yılmaz", "Cher", "  ", "李 小龍"].map(initials), ["MA", "AY", "C", "", "李小"]);
});

test("a QR code is one unit square per dark module, inside its quiet zone", () => {
  assert.equal(qrPath(["10", "01"]), "M4 4h1v1h-1zM5 5h1v1h-1z");
});

test("telephone numbers lose what people put between digits", () => {
  assert.equal(telephoneUri("+49 (30) 555-01 23"), "tel:+49305550123");
});

test("waits and times in words", () => {
  assert.deepEqual([duration(30_000), duration(65_000), duration(3_600_000), duration(3_900_000)], ["0 min", "1 min", "1 hr", "1 hr 5 min"]);
  assert.deepEqual([relative(0, 20_000), relative(0, 300_000), relative(7_200_000, 0)], ["now", "5 minutes ago", "in 2 hours"]);
});
