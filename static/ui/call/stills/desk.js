/** The picture being taken or sent on this page, and what one does with it. One at a time. */
import { signal } from "../../../vendor/preact.js";
import { newCommandId } from "../../../core/command_id.js";
import { forget, keep, recall } from "../../../core/stills/keep.js";
import { StillUpload } from "../../../core/stills/upload.js";
import { thumbnailOf } from "./take.js";

/** @typedef {import("../../../core/call_session.js").CallSession} CallSession */
/** @typedef {import("../../../core/stills/upload.js").Progress} Progress */

/** The dialog that takes one; `stillId`: of what was asked for. @type {import("../../../vendor/preact.js").Signal<{stillId: string | null} | null>} */
export const taking = signal(null);
/** The one on its way, or the last one until it is put away. @type {import("../../../vendor/preact.js").Signal<{upload: StillUpload, progress: Progress} | null>} */
export const sending = signal(null);
/** Uploads that this page has looked for after it was loaded. @type {Set<string>} */
const lookedFor = new Set();

/** @param {string} sessionId */
export const stillsAt = (sessionId) => `/api/v1/sessions/${sessionId}/stills`;

/** What the server said last of one's own way to it; and nothing is sent while the call's own pictures wait in this browser. @param {CallSession} session */
export function paceOf(session) {
  return () => {
    const known = session.quality.value.get(session.me.value?.id ?? "");
    if (!known?.data.upload) return null;
    const { estimate, go } = known.data.upload;
    return { estimate, go: go && !session.media.peer.picturesWait, at: known.at };
  };
}

/** @param {CallSession} session @param {Blob} blob @param {import("../../../core/stills/upload.js").Facts} facts */
function begin(session, blob, facts) {
  const upload = new StillUpload({ base: stillsAt(session.sessionId), blob, facts, pace: paceOf(session) });
  sending.value = { upload, progress: upload.progress };
  upload.on("progress", (progress) => {
    if (sending.value?.upload === upload) sending.value = { upload, progress };
    if (progress.state === "done" && sending.value?.upload === upload) sending.value = null; // It stands in the strip.
    if (progress.state !== "sending") void forget(upload.stillId);
  });
  return upload;
}

/**
 * Sends a picture; after it was begun, a small one first, so that it is seen at once.
 * @param {CallSession} session @param {Blob} blob @param {string} kind @param {string | null} stillId
 */
export async function send(session, blob, kind, stillId) {
  const facts = { commandId: newCommandId(), takenAt: new Date().toISOString(), stillId, kind, url: null };
  const upload = begin(session, blob, facts);
  let begun = false;
  upload.on("progress", () => {
    if (begun || !upload.url || upload.progress.state !== "sending") return;
    begun = true;
    void keep({ id: upload.stillId, blob, url: upload.url, kind, at: Date.now() });
    void sendThumbnail(upload.url, blob);
  });
  await upload.run();
}

/** @param {string} url @param {Blob} blob */
async function sendThumbnail(url, blob) {
  const small = await thumbnailOf(blob);
  if (small) await fetch(`${url}/thumbnail`, { method: "PUT", body: small, headers: { "Content-Type": "image/jpeg" } }).catch(() => {});
}

/** Goes on with what the page before this one was sending. @param {CallSession} session @param {string} stillId @returns {Promise<boolean>} whether there is anything of it */
export async function resume(session, stillId) {
  if (lookedFor.has(stillId) || sending.value) return sending.value?.upload.stillId === stillId;
  lookedFor.add(stillId);
  const kept = await recall(stillId);
  if (!kept || sending.value) return false;
  const upload = begin(session, kept.blob, { commandId: "", takenAt: "", stillId: null, kind: kept.kind, url: kept.url });
  upload.askFirst();
  void upload.run();
  return true;
}

/** The page goes: what is under way stays for the next one. */
export function leave() {
  sending.value?.upload.leave();
  sending.value = null;
  taking.value = null;
  lookedFor.clear();
}
