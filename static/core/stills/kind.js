// What a file is, by its first bytes, before any of it is sent: the server looks again.

/** @typedef {"image/jpeg" | "image/png" | "image/webp"} PictureKind */

export const MOST_BYTES = 25 * 1024 * 1024;
const HEIC = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);

/** @param {Uint8Array} head @param {number} from @param {number} to */
const text = (head, from, to) => String.fromCharCode(...head.subarray(from, to));

/**
 * @param {Blob} blob
 * @returns {Promise<{kind: PictureKind} | {fault: "still_heic" | "still_not_a_picture" | "still_too_large"}>}
 */
export async function kindOf(blob) {
  const head = new Uint8Array(await blob.slice(0, 16).arrayBuffer());
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return sized(blob, "image/jpeg");
  if (text(head, 1, 4) === "PNG" && head[0] === 0x89) return sized(blob, "image/png");
  if (text(head, 0, 4) === "RIFF" && text(head, 8, 12) === "WEBP") return sized(blob, "image/webp");
  return { fault: text(head, 4, 8) === "ftyp" && HEIC.has(text(head, 8, 12)) ? "still_heic" : "still_not_a_picture" };
}

/** @param {Blob} blob @param {PictureKind} kind @returns {{kind: PictureKind} | {fault: "still_too_large"}} */
function sized(blob, kind) {
  return blob.size > MOST_BYTES ? { fault: "still_too_large" } : { kind };
}
