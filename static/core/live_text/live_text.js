// Real-time text of one seat: sends what the person types as they type it, and keeps what others are writing. Loaded by those who use it.
import { batch, effect, signal, untracked } from "../../vendor/preact.js";
import { newCommandId } from "../command_id.js";
import { clock as realClock, singleTimer } from "../timers.js";
import { difference, harmless } from "./edits.js";
import { afterNow, afterText, without } from "./lines.js";

/** @typedef {import("../messages.js").CallState} CallState */
/** @typedef {import("./lines.js").LiveLine} LiveLine */

/** Milliseconds typed text waits at most: with the way there and back a letter is read within half a second at 300 ms. */
const BUFFER_MS = 80;
/** Milliseconds before the whole line is said again after a refusal. */
const AGAIN_MS = 500;
/** Milliseconds between two questions for what was missed. */
const SYNC_MS = 600;

export class LiveText {
  /** Whether others see what the person types. */
  on = signal(false);
  /** What others are writing. @type {import("../../vendor/preact.js").Signal<readonly LiveLine[]>} */
  lines = signal([]);
  #link;
  #state;
  #chat;
  #clock;
  #flushTimer;
  #syncTimer;
  /** The person switched by hand: nothing switches for them any more. */
  #chosen = false;
  /** Id of the line being written. @type {string | null} */
  #line = null;
  #sequence = 0;
  /** What the server was told of it. */
  #told = "";
  /** @type {string | null} */
  #to = null;
  /** The server may not have what it was told. */
  #again = false;
  #flushedAt = -Infinity;
  /** @type {(() => void)[]} */
  #stop;

  /**
   * @param {{link: import("../signal.js").Signal, state: import("../../vendor/preact.js").ReadonlySignal<CallState | null>, chat: import("../chat.js").Chat,
   *   clock?: import("../timers.js").Clock}} parts
   */
  constructor({ link, state, chat, clock = realClock }) {
    this.#link = link;
    this.#state = state;
    this.#chat = chat;
    this.#clock = clock;
    this.#flushTimer = singleTimer(clock);
    this.#syncTimer = singleTimer(clock);
    chat.takeLine = (body) => this.#takeLine(body);
    this.#stop = [
      link.on("live", (message) => this.#heard(message)),
      link.on("message", (message) => this.#received(message)),
      link.on("state", (next) => this.#connection(next)),
      effect(() => {
        void [chat.draft.value, chat.to.value, this.on.value];
        untracked(() => this.#changed());
      }),
    ];
    link.tell("text_sync");
  }

  stop() {
    for (const stop of this.#stop) stop();
    this.#flushTimer.clear();
    this.#syncTimer.clear();
    this.#chat.takeLine = () => null;
  }

  /** The person's own choice. @param {boolean} on */
  choose(on) {
    this.#chosen = true;
    this.on.value = on;
  }

  /** For somebody who reads or writes instead of hearing or speaking; their own choice counts before it. */
  suggest() {
    if (!this.#chosen) this.on.value = true;
  }

  #changed() {
    if (this.#chat.to.value !== this.#to) this.#dropLine();
    this.#to = this.#chat.to.value;
    const wait = this.#flushedAt + BUFFER_MS - this.#clock.now();
    if (wait <= 0 && !this.#flushTimer.running) this.#flush();
    else if (!this.#flushTimer.running) this.#flushTimer.set(wait, () => this.#flush());
  }

  #flush() {
    const text = this.on.value ? harmless(this.#chat.draft.value) : "";
    if (this.#link.state !== "online" || (text === this.#told && !this.#again)) return;
    if (this.#line === null && !text) return;
    this.#flushedAt = this.#clock.now();
    const line = (this.#line ??= newCommandId());
    const edits = this.#again ? [{ at: 0, erase: 0, insert: text }] : difference(this.#told, text);
    this.#say(line, edits, this.#again);
    this.#again = false;
    this.#told = text;
  }

  /** @param {string} line @param {import("./edits.js").Edit[]} edits @param {boolean} reset */
  #say(line, edits, reset) {
    this.#sequence += 1;
    const fields = { line, sequence: this.#sequence, edits, ...(reset ? { reset } : {}), ...(this.#to === null ? {} : { to: this.#to }) };
    this.#link.tell("text", fields, (answer) => this.#answered(line, answer));
  }

  /** @param {string} line @param {import("../commands.js").Ack} answer */
  #answered(line, answer) {
    if (answer.ok || line !== this.#line) return;
    if (answer.error?.code === "line_over") this.#forgetLine(); // What was typed since is a line of its own.
    else this.#again = true;
    this.#flushTimer.set(AGAIN_MS, () => this.#flush());
  }

  /** The line is sent now: its id becomes the message's. @param {string} body */
  #takeLine(body) {
    const line = this.#line;
    const kept = harmless(body).trim();
    if (line === null || !this.on.value || !kept) return null;
    this.#forgetLine();
    return { commandId: line, body: kept };
  }

  #forgetLine() {
    this.#line = null;
    this.#sequence = 0;
    this.#told = "";
    this.#again = false;
  }

  /** It is for somebody else now: whoever read it until now sees it taken back. */
  #dropLine() {
    if (this.#line !== null && this.#told) this.#say(this.#line, [{ at: 0, erase: [...this.#told].length, insert: "" }], false);
    this.#forgetLine();
  }

  /** @param {import("../signal.js").SignalState} state */
  #connection(state) {
    if (state !== "online") return;
    this.#link.tell("text_sync"); // What was missed; or, from a server that has started anew, that it has nothing.
    if (this.#line === null) return;
    this.#again = true;
    this.#flush();
  }

  /** @param {{type: string, data: any}} message */
  #heard({ type, data }) {
    if (type === "text") {
      this.lines.value = afterText(this.lines.value, data);
      if (this.lines.value.some((one) => one.lost && one.id === data.line)) this.#sync();
    } else if (type === "text_gone") this.lines.value = without(this.lines.value, data.participant_id, data.line);
    else if (type === "text_now") this.#now(data.lines);
  }

  /** @param {import("./lines.js").LineNow[]} now */
  #now(now) {
    const me = this.#state.value?.you.participant_id;
    const chat = this.#state.value?.chat ?? [];
    const isFinished = (/** @type {string} */ who, /** @type {string} */ line) => chat.some((one) => one.participant_id === who && one.command_id === line);
    this.lines.value = afterNow(this.lines.value, now.filter((one) => one.participant_id !== me), isFinished);
    const own = now.find((one) => one.participant_id === me);
    if (own && !isFinished(own.participant_id, own.line)) this.#takeBack(own);
  }

  /** A page loaded anew goes on with the line it was writing. @param {import("./lines.js").LineNow} own */
  #takeBack(own) {
    if (this.#line !== null || this.#chat.draft.value || !own.text) return;
    this.#line = own.line;
    this.#sequence = own.sequence;
    this.#told = own.text;
    batch(() => {
      this.on.value = true;
      this.#chat.draft.value = own.text;
    });
  }

  #sync() {
    if (!this.#syncTimer.running) this.#syncTimer.set(SYNC_MS, () => this.#link.tell("text_sync"));
  }

  /** @param {import("../messages.js").CallMessage} message */
  #received(message) {
    const said = message.type === "chat" ? [message.data] : message.type === "snapshot" ? message.state.chat : [];
    for (const one of said) {
      this.lines.value = without(this.lines.value, one.participant_id, one.command_id);
      if (one.command_id === this.#line) this.#finished(one.body);
    }
  }

  /** The server made a message of what stood there so long: what was typed since goes on. @param {string} body */
  #finished(body) {
    const text = harmless(this.#chat.draft.value).trimStart();
    this.#forgetLine();
    this.#chat.draft.value = text.startsWith(body) ? text.slice(body.length).trimStart() : text;
  }
}
