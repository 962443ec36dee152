// One still on its way (tus 1.0, docs/protocol.md section 1.16): piece by piece, paced by what the call needs, and on again after a cut.
import { Emitter } from "../emitter.js";
import { mayGo, pieceBytes, pieceMs } from "./pace.js";

/** @typedef {"sending" | "done" | "failed" | "cancelled"} UploadState */
/** @typedef {"" | "sound" | "network" | "hold"} Waiting why nothing is sent just now */
/** @typedef {{state: UploadState, waiting: Waiting, sent: number, size: number, fault: string, sha256: string}} Progress */
/**
 * @typedef {object} UploadPorts
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(ms: number) => Promise<void>} sleep
 * @property {() => number} now milliseconds
 */
/** @typedef {{commandId: string, takenAt: string, stillId: string | null, kind: string, url: string | null}} Facts `url`: of an upload begun before */

/** Milliseconds between looks while nothing may be sent, and until one request is given up. */
const LOOK_MS = 250;
const REQUEST_MS = 30_000;
/** What a request costs besides its piece: header fields both ways. */
const AROUND_BYTES = 900;
const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000];
const HOLD_MS = 2_000;

/** @type {UploadPorts} */
const REAL = {
  fetch: (url, init) => globalThis.fetch(url, init),
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  now: () => Date.now(),
};

/** @param {string} value */
const encoded = (value) => btoa(value);

/** @extends {Emitter<{progress: Progress}>} */
export class StillUpload extends Emitter {
  /** @type {Progress} */
  progress;
  /** Of the upload, once it is begun. @type {string | null} */
  url;
  #blob;
  #facts;
  #base;
  #pace;
  #io;
  #tries = 0;
  #stopped = new AbortController();
  #asksFirst = false;

  /**
   * @param {{base: string, blob: Blob, facts: Facts, pace: () => import("./pace.js").Told | null, ports?: Partial<UploadPorts>}} options
   * `base`: /api/v1/sessions/{id}/stills; `pace`: what the server said last
   */
  constructor({ base, blob, facts, pace, ports = {} }) {
    super();
    this.#base = base;
    this.#blob = blob;
    this.#facts = facts;
    this.#pace = pace;
    this.url = facts.url;
    this.#io = { ...REAL, ...ports };
    this.progress = { state: "sending", waiting: "", sent: 0, size: blob.size, fault: "", sha256: "" };
  }

  get stillId() {
    return this.url?.split("/").pop() ?? "";
  }

  /** Part of it may be there: ask before anything is sent. */
  askFirst() {
    this.#asksFirst = true;
  }

  /** Sends until the end, whatever happens in between; never rejects. */
  async run() {
    while (this.progress.state === "sending") {
      if (!mayGo(this.#pace(), this.#io.now())) {
        this.#say({ waiting: "sound" });
        await this.#io.sleep(LOOK_MS);
        continue;
      }
      try {
        await this.#step();
        this.#tries = 0;
      } catch {
        if (this.#stopped.signal.aborted) return;
        await this.#cut();
      }
    }
  }

  /** Calls it off; what came there is destroyed. */
  async cancel() {
    if (this.progress.state !== "sending") return;
    this.#say({ state: "cancelled", waiting: "" });
    this.#stopped.abort();
    if (this.url) await this.#io.fetch(this.url, { method: "DELETE", headers: HEADERS }).catch(() => {});
  }

  /** Stops sending without a word: the page goes, and another one may go on. */
  leave() {
    this.#stopped.abort();
    this.progress = { ...this.progress, state: "cancelled" };
  }

  /** @param {Partial<Progress>} change */
  #say(change) {
    const next = { ...this.progress, ...change };
    if (Object.entries(change).every(([key, value]) => this.progress[/** @type {keyof Progress} */ (key)] === value)) return;
    this.progress = next;
    this.emit("progress", next);
  }

  async #step() {
    if (!this.url) return this.#create();
    if (this.#asksFirst) {
      await this.#look();
      this.#asksFirst = false;
      return undefined;
    }
    const told = this.#pace();
    const began = this.#io.now();
    const { sent } = this.progress;
    const piece = this.#blob.slice(sent, sent + pieceBytes(told));
    const headers = { ...HEADERS, "Upload-Offset": String(sent), "Content-Type": "application/offset+octet-stream" };
    await this.#heard(await this.#request(this.url, { method: "PATCH", headers, body: piece }));
    const left = pieceMs(told, piece.size + AROUND_BYTES) - (this.#io.now() - began);
    if (this.progress.state === "sending" && left > 0) await this.#io.sleep(left);
    return undefined;
  }

  async #create() {
    const { commandId, takenAt, stillId, kind } = this.#facts;
    const told = { command_id: commandId, filetype: kind, taken_at: takenAt, ...(stillId ? { still_id: stillId } : {}) };
    const metadata = Object.entries(told).map(([key, value]) => `${key} ${encoded(value)}`).join(",");
    const answer = await this.#request(this.#base, { method: "POST", headers: { ...HEADERS, "Upload-Length": String(this.#blob.size), "Upload-Metadata": metadata } });
    if (answer.status === 201) {
      this.url = answer.headers.get("Location");
      this.emit("progress", this.progress);
    } else await this.#refused(answer);
  }

  /** @param {Response} answer */
  async #heard(answer) {
    const offset = Number(answer.headers.get("Upload-Offset") ?? Number.NaN);
    const sha256 = answer.headers.get("Telemed-Still-Sha256");
    if (answer.ok && sha256) this.#say({ state: "done", sent: this.#blob.size, waiting: "", sha256 });
    else if ((answer.ok || answer.status === 409) && Number.isFinite(offset)) this.#say({ sent: offset, waiting: "" });
    else if (answer.status !== 460) await this.#refused(answer); // A piece changed on its way is sent again.
  }

  /** Asks how far it is. */
  async #look() {
    if (this.url) await this.#heard(await this.#request(this.url, { method: "HEAD", headers: HEADERS }));
  }

  /** @param {Response} answer */
  async #refused(answer) {
    const { status } = answer;
    if (status === 429 || status === 503 || status === 500) throw new Error("later");
    if (status === 403) {
      this.#say({ waiting: "hold" });
      await this.#io.sleep(HOLD_MS);
      return;
    }
    const body = await answer.json().catch(() => null);
    this.#say({ state: "failed", waiting: "", fault: body?.error?.code ?? (status === 410 || status === 404 ? "still_over" : "unexpected") });
  }

  async #cut() {
    this.#say({ waiting: "network" });
    await this.#io.sleep(BACKOFF_MS[Math.min(this.#tries, BACKOFF_MS.length - 1)] ?? 0);
    this.#tries += 1;
    try {
      await this.#look();
      if (this.progress.waiting === "network") this.#say({ waiting: "" });
    } catch {
      // Still cut: the next step finds out.
    }
  }

  /** @param {string} url @param {RequestInit} init */
  async #request(url, init) {
    const late = new AbortController();
    const stop = () => late.abort();
    const timer = setTimeout(stop, REQUEST_MS);
    this.#stopped.signal.addEventListener("abort", stop);
    try {
      return await this.#io.fetch(url, { ...init, credentials: "same-origin", signal: late.signal });
    } finally {
      clearTimeout(timer);
      this.#stopped.signal.removeEventListener("abort", stop);
    }
  }
}

const HEADERS = { "Tus-Resumable": "1.0.0" };
