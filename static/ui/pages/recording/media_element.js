/** One file as a <video> of its own: the port through which the clock of the review (core/review) reaches a browser's player. */

/** @typedef {import("../../../core/review/follower.js").Media} Media */
/** @typedef {import("../../../core/review/messages.js").Segment} Segment */

/** MediaError codes (HTML, MediaError): the connection broke; what came could not be decoded. */
const NETWORK = 2;
const DECODE = 3;
/** Milliseconds without loading after which a browser that has the present picture is believed to load on when it plays. */
const IDLE_IS_READY = 1500;

/** @param {string} recordingId @param {Segment} segment */
function addressOf(recordingId, segment) {
  return `/api/v1/recordings/${recordingId}/segments/${segment.id}`;
}

/** The recorder's names of codecs -> names browsers answer to (RFC 6381), of a usual profile: files are told apart by codec, not by profile. @type {Record<string, string>} */
const CODECS = { h264: "avc1.42E01F", av1: "av01.0.05M.08" };

/** The type with its codecs, as canPlayType wants it. @param {Pick<Segment, "mime" | "codecs">} segment */
export function typeOf({ mime, codecs = "" }) {
  const names = codecs.split(",").map((name) => name.trim()).filter(Boolean).map((name) => CODECS[name] ?? name);
  return names.length && !mime.includes("codecs") ? `${mime}; codecs="${names.join(",")}"` : mime;
}

/** @implements {Media} */
export class MediaElement {
  /** @type {"" | "damaged" | "unsupported" | "unreachable"} */
  fault = "";
  #wantedSince = 0;

  /** @param {string} recordingId @param {Segment} segment */
  constructor(recordingId, segment) {
    this.element = document.createElement("video");
    this.element.className = "review-tile__video";
    this.element.playsInline = true;
    this.element.preload = "metadata";
    this.element.disablePictureInPicture = true;
    this.element.tabIndex = -1;
    this.element.setAttribute("aria-hidden", "true"); // The tile says who it is; all control is the page's.
    if (!this.element.canPlayType(typeOf(segment))) {
      this.fault = "unsupported";
      return;
    }
    this.address = addressOf(recordingId, segment);
    this.element.addEventListener("error", () => void this.#failed());
    this.element.src = this.address;
  }

  get currentTime() {
    return this.element.currentTime;
  }

  set currentTime(seconds) {
    this.element.currentTime = seconds;
  }

  get duration() {
    return this.element.duration;
  }

  get paused() {
    return this.element.paused;
  }

  get seeking() {
    return this.element.seeking;
  }

  get ended() {
    return this.element.ended;
  }

  get ready() {
    const { readyState, networkState } = this.element;
    if (readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) return true;
    const rests = readyState === HTMLMediaElement.HAVE_CURRENT_DATA && networkState === HTMLMediaElement.NETWORK_IDLE;
    return rests && this.#wantedSince > 0 && performance.now() - this.#wantedSince > IDLE_IS_READY;
  }

  /** @param {number} rate */
  setRate(rate) {
    if (Math.abs(this.element.playbackRate - rate) > 0.001) this.element.playbackRate = rate;
  }

  /** @param {import("../../../core/review/follower.js").Sound} sound */
  setSound({ muted, volume }) {
    this.element.muted = muted;
    this.element.volume = volume;
  }

  play() {
    return this.element.play();
  }

  pause() {
    this.element.pause();
  }

  fetchMore() {
    if (this.#wantedSince) return;
    this.#wantedSince = performance.now();
    this.element.preload = "auto";
  }

  release() {
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load(); // Only now the browser gives connection and buffers back.
    this.element.remove();
  }

  /** Browsers report a refused request and a broken file alike: asks the server which it was. */
  async #failed() {
    const code = this.element.error?.code;
    if (!code || !this.element.hasAttribute("src")) return;
    if (code === NETWORK) this.fault = "unreachable";
    else if (code === DECODE) this.fault = "damaged";
    else this.fault = (await isThere(this.address ?? "")) ? "damaged" : "unreachable";
  }
}

/** @param {string} address */
async function isThere(address) {
  try {
    return (await fetch(address, { method: "HEAD", credentials: "same-origin", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
