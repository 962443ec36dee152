// What is received, by track id, as a signal. A line that starts anew keeps showing its old picture until the new one has frames.
import { signal } from "../vendor/preact.js";

/** @typedef {{track: MediaStreamTrack, receiver: RTCRtpReceiver}} RemoteTrack */

/** Milliseconds to wait for the first packet before the new track is shown in any case. */
const SWAP_MS = 4_000;

export class RemoteTracks {
  /** @type {import("../vendor/preact.js").Signal<ReadonlyMap<string, RemoteTrack>>} */
  current = signal(new Map());
  /** Receivers as last granted. @type {ReadonlyMap<string, RTCRtpReceiver>} */
  #granted = new Map();

  /** @param {ReadonlyMap<string, RTCRtpReceiver>} receivers */
  update(receivers) {
    this.#granted = receivers;
    /** @type {Map<string, RemoteTrack>} */
    const next = new Map();
    for (const [id, receiver] of receivers) {
      const old = this.current.value.get(id);
      const waits = old && old.track !== receiver.track && receiver.track.muted;
      next.set(id, waits ? old : entry(receiver));
      if (waits) this.#swapLater(id, receiver);
    }
    this.current.value = next;
  }

  /** @param {string} id @param {RTCRtpReceiver} receiver */
  #swapLater(id, receiver) {
    const swap = () => {
      clearTimeout(timer);
      receiver.track.removeEventListener("unmute", swap);
      if (this.#granted.get(id) !== receiver) return;
      this.current.value = new Map(this.current.value).set(id, entry(receiver));
    };
    const timer = setTimeout(swap, SWAP_MS);
    receiver.track.addEventListener("unmute", swap);
  }
}

/** @param {RTCRtpReceiver} receiver @returns {RemoteTrack} */
function entry(receiver) {
  return { track: receiver.track, receiver };
}
