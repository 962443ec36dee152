/** A picture of what the camera sees, as large as it gives it: the camera's own photo, else the largest frame after a short change of size. */

/** Milliseconds until a way to take a picture is given up. */
const PHOTO_MS = 6_000;
const SIZE_MS = 2_500;
const QUALITY = 0.95;
/** Pixels of a side of the small picture, and bytes it may have. */
const THUMBNAIL_SIDE = 320;
const THUMBNAIL_BYTES = 12_000;

/** @template T @param {Promise<T>} work @param {number} ms @returns {Promise<T>} */
function within(work, ms) {
  return Promise.race([work, new Promise((_, failed) => setTimeout(() => failed(new Error("late")), ms))]);
}

/** @param {MediaStreamTrack} track @returns {Promise<Blob | null>} */
async function photo(track) {
  const Capture = /** @type {{ImageCapture?: new (track: MediaStreamTrack) => {takePhoto: (settings?: object) => Promise<Blob>, getPhotoCapabilities: () => Promise<any>}}} */ (globalThis).ImageCapture;
  if (!Capture) return null;
  try {
    const capture = new Capture(track);
    const can = await within(capture.getPhotoCapabilities(), SIZE_MS).catch(() => null);
    const largest = can?.imageWidth?.max && can?.imageHeight?.max ? { imageWidth: can.imageWidth.max, imageHeight: can.imageHeight.max } : undefined;
    const blob = await within(capture.takePhoto(largest), PHOTO_MS);
    return blob.size > 0 ? blob : null;
  } catch {
    return null; // Some cameras promise it and fail: a frame does as well.
  }
}

/** @param {HTMLVideoElement} video @param {(() => boolean)} ready */
function frame(video, ready) {
  return new Promise((/** @type {(value: void) => void} */ done) => {
    const until = Date.now() + SIZE_MS;
    const look = () => {
      if ((ready() && video.readyState >= 2) || Date.now() > until) done();
      else setTimeout(look, 50);
    };
    look();
  });
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @param {number} quality @returns {Promise<Blob | null>} */
function drawn(source, width, height, quality) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d")?.drawImage(source, 0, 0, width, height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

/** @param {MediaStreamTrack} track @returns {Promise<Blob | null>} */
async function grab(track) {
  const before = track.getConstraints();
  const can = track.getCapabilities?.();
  const usual = track.getSettings().width ?? 0;
  const most = can?.width?.max ?? 0;
  const video = document.createElement("video");
  [video.muted, video.playsInline, video.srcObject] = [true, true, new MediaStream([track])];
  try {
    await within(video.play(), SIZE_MS).catch(() => {});
    if (most > usual) await within(track.applyConstraints({ ...before, width: { ideal: most }, height: { ideal: can?.height?.max ?? 0 } }), SIZE_MS).catch(() => {});
    await frame(video, () => video.videoWidth > 0 && (most <= usual || video.videoWidth > usual));
    return video.videoWidth ? await drawn(video, video.videoWidth, video.videoHeight, QUALITY) : null;
  } finally {
    if (most > usual) void track.applyConstraints(before).catch(() => {});
    video.srcObject = null;
  }
}

/** @param {MediaStreamTrack | null} track of the camera @returns {Promise<Blob | null>} null: this device gives none */
export async function takeStill(track) {
  if (!track || track.readyState !== "live") return null;
  return (await photo(track)) ?? (await grab(track).catch(() => null));
}

/** A small picture of a picture, null where this browser makes none. @param {Blob} blob @returns {Promise<Blob | null>} */
export async function thumbnailOf(blob) {
  try {
    const whole = await createImageBitmap(blob);
    const scale = Math.min(1, THUMBNAIL_SIDE / Math.max(whole.width, whole.height));
    const size = /** @type {const} */ ([Math.max(1, Math.round(whole.width * scale)), Math.max(1, Math.round(whole.height * scale))]);
    for (const quality of [0.7, 0.5, 0.3]) {
      const small = await drawn(whole, ...size, quality);
      if (small && small.size <= THUMBNAIL_BYTES) return small;
    }
  } catch {
    // Shown without one.
  }
  return null;
}
