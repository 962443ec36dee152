// How large each received picture is shown, told to the server: it sends no more of a picture than can be seen.
import { clock as realClock, singleTimer } from "./timers.js";

/** Milliseconds between two words to the server. */
const SPACING_MS = 500;
/** Milliseconds in which a stage settles: tiles come one after the other, a window's edge is dragged. */
const SETTLE_MS = 100;
/** What is wished for while the page is not seen: the smallest size there is, so that a look at it shows a picture at once. */
const HIDDEN_HEIGHT = 1;

export class ViewWish {
  /** Device pixels by track id. @type {ReadonlyMap<string, number>} */
  #sizes = new Map();
  #first = "";
  #hidden = false;
  #told = "";
  #toldAt = -Infinity;
  #tell;
  #clock;
  #timer;

  /** @param {{tell: (tiles: {track_id: string, height: number, first?: true}[]) => Promise<unknown>, clock?: import("./timers.js").Clock}} ports `tell` may reject: it is said again with the next change */
  constructor({ tell, clock = realClock }) {
    this.#tell = tell;
    this.#clock = clock;
    this.#timer = singleTimer(clock);
  }

  /** The stage as it stands: heights in device pixels, 0 for a picture nobody can see. @param {ReadonlyMap<string, number>} sizes @param {string} [first] track the person pinned: given up last */
  show(sizes, first = "") {
    this.#sizes = sizes;
    this.#first = first;
    this.#schedule();
  }

  /** Whether the page as a whole is out of sight. @param {boolean} hidden */
  hide(hidden) {
    this.#hidden = hidden;
    this.#schedule();
  }

  /** The server may have forgotten: say it again. */
  again() {
    this.#told = "";
    this.#schedule();
  }

  stop() {
    this.#timer.clear();
  }

  #schedule() {
    if (this.#timer.running) return;
    this.#timer.set(Math.max(SETTLE_MS, this.#toldAt + SPACING_MS - this.#clock.now()), () => this.#say());
  }

  #say() {
    const tiles = [...this.#sizes].map(([id, height]) => ({
      track_id: id, height: this.#hidden ? Math.min(height, HIDDEN_HEIGHT) : Math.round(height), ...(id === this.#first ? { first: /** @type {const} */ (true) } : {}),
    }));
    const text = JSON.stringify(tiles);
    if (!tiles.length || text === this.#told) return;
    this.#told = text;
    this.#toldAt = this.#clock.now();
    this.#tell(tiles).catch(() => { this.#told = ""; });
  }
}
