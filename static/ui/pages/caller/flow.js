/**
 * What a caller is asked for next, as pure functions: the position first, because help can be sent with nothing else; then the camera.
 *
 *   start --one tap--> where --answered or skipped--> camera --answered or skipped--> live
 */

/** @typedef {import("../../../core/incident/whereabouts.js").WhereState} WhereState */
/** @typedef {"location" | "video" | "upload"} LinkKind */
/** `untested`: not asked for; `asking`: the browser's question is open; `unanswered`: for long. @typedef {"untested" | "asking" | "unanswered" | "ok" | "refused" | "dismissed" | "none" | "failed"} CameraState */
/** @typedef {"start" | "where" | "camera" | "live"} Step */
/** @typedef {{begun: boolean, kind: LinkKind, where: WhereState, skippedWhere: boolean, camera: CameraState, skippedCamera: boolean}} Facts */

/** Positions that need no more of the person; `lost` and `none` are the device's affair, and the place can be typed at any time. */
const WHERE_DONE = new Set(["known"]);
const CAMERA_DONE = new Set(["ok"]);

/** @param {Facts} facts @returns {Step} */
export function stepOf({ begun, kind, where, skippedWhere, camera, skippedCamera }) {
  if (!begun) return "start";
  if (!WHERE_DONE.has(where) && !skippedWhere) return "where";
  if (kind === "location" || CAMERA_DONE.has(camera) || skippedCamera) return "live";
  return "camera";
}

/** @typedef {"ios" | "chrome" | "firefox" | "other"} BrowserFamily whose question looks how */

/** @param {string} userAgent @returns {BrowserFamily} every browser on iPhones asks as Safari does */
export function browserFamily(userAgent) {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  if (/Firefox\//.test(userAgent)) return "firefox";
  return /Chrom(e|ium)\//.test(userAgent) ? "chrome" : "other";
}
