/** Freezing a picture: what is seen now becomes one picture that both sides look at. */
import { signal } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { toast } from "../../components/toast.js";
import { failureWords } from "../words.js";

/** Pixels of the longer side; more helps nobody to see where to point, and has to go through a thin line. */
const LONGEST = 1_280;
/** What the server takes. */
const MOST_BYTES = 300 * 1024;
/** Tried one after the other until the picture is small enough: how much of the size, and how good. */
const TRIES = [[1, 0.82], [1, 0.6], [0.75, 0.5], [0.5, 0.5]];
/** Characters of base64 at a time. */
const SLICE = 0x8000;

/** One is on its way. */
export const freezing = signal(false);

/** @param {Blob} blob */
async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += SLICE) text += String.fromCharCode(...bytes.subarray(at, at + SLICE));
  return btoa(text);
}

/** @param {HTMLCanvasElement} canvas @param {number} quality @returns {Promise<Blob | null>} */
const jpegOf = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

/** @param {HTMLVideoElement} video @returns {Promise<{jpeg: string, width: number, height: number} | null>} */
async function frameOf(video) {
  const { videoWidth, videoHeight } = video;
  if (!videoWidth || !videoHeight) return null;
  // Once, at once: what the person saw when they pressed.
  const scale = Math.min(1, LONGEST / Math.max(videoWidth, videoHeight));
  const whole = document.createElement("canvas");
  Object.assign(whole, { width: Math.max(1, Math.round(videoWidth * scale)), height: Math.max(1, Math.round(videoHeight * scale)) });
  whole.getContext("2d")?.drawImage(video, 0, 0, whole.width, whole.height);
  for (const [size, quality] of /** @type {[number, number][]} */ (TRIES)) {
    const canvas = size === 1 ? whole : document.createElement("canvas");
    if (canvas !== whole) {
      Object.assign(canvas, { width: Math.max(1, Math.round(whole.width * size)), height: Math.max(1, Math.round(whole.height * size)) });
      canvas.getContext("2d")?.drawImage(whole, 0, 0, canvas.width, canvas.height);
    }
    const blob = await jpegOf(canvas, quality);
    if (blob && blob.size <= MOST_BYTES) return { jpeg: await base64(blob), width: canvas.width, height: canvas.height };
  }
  return null;
}

/** The picture of somebody on this page; while it is paused for the sound the last one that came. @param {string} participantId */
function videoOf(participantId) {
  return [...document.querySelectorAll("video")].find((one) => one.dataset["participant"] === participantId && one.dataset["testid"] === "remote-video" && one.videoWidth > 0) ?? null;
}

/** Freezes it for both sides, and says why where that does not work. @param {string} sessionId @param {string} participantId */
export async function freeze(sessionId, participantId) {
  if (freezing.value) return;
  freezing.value = true;
  try {
    const video = videoOf(participantId);
    const frame = video && (await frameOf(video));
    if (frame) await api.post(`/sessions/${sessionId}/frames`, { participant_id: participantId, ...frame, command_id: newCommandId() });
    else toast(t("draw.no_picture"));
  } catch (error) {
    toast(failureWords(error));
  } finally {
    freezing.value = false;
  }
}
