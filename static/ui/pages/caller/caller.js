/**
 * A caller's way through an incident: opens the link, keeps the seat's connection, sends the position and the picture, and says what
 * is asked for next. Views read its signals and call its verbs; it draws nothing.
 */
import { batch, computed, effect, signal, untracked } from "../../../vendor/preact.js";
import { ApiError, NetworkError, api } from "../../../core/api.js";
import { CallSession } from "../../../core/call_session.js";
import { Devices } from "../../../core/devices.js";
import { Whereabouts } from "../../../core/incident/whereabouts.js";
import { hush, wakeVoice } from "../../../core/incident/speech.js";
import { deviceToken } from "../../../core/media_prefs.js";
import { silence } from "../../../core/sounds.js";
import { LINK_FAULTS, tokenOf, viewOfEnd, viewOfRefusal } from "../join/flow.js";
import { CameraWork } from "./camera_work.js";
import { Facts } from "./facts.js";
import { stepOf } from "./flow.js";
import { forgetAll, recall, remember } from "./memory.js";
import { PositionPost } from "./position_post.js";

/** @typedef {import("../join/flow.js").View | {name: "open"}} CallerView */
/** @typedef {import("./flow.js").LinkKind} LinkKind */

/** Milliseconds between questions whether staff agreed to the move from another device. */
const MOVE_POLL = 2_000;
/** Milliseconds until a link that could not be opened is tried again: nobody in need should have to press for it. */
const AGAIN_MS = 4_000;
/** Milliseconds a goodbye may take before the page goes without the server's word. */
const LEAVE_MS = 400;

export class Caller {
  view = signal(/** @type {CallerView} */ ({ name: "opening" }));
  code = signal("");
  kinds = signal(/** @type {LinkKind[]} */ (["location"]));
  /** What the dispatcher chose for the message; the page follows it where the browser speaks none of our languages. */
  language = signal("");
  silent = signal(false);
  /** Until the server has said that nobody needs to hide here, and as long as somebody does: a bright page gives them away. */
  dim = computed(() => this.silent.value || !this.code.value);
  begun = signal(false);
  skippedWhere = signal(false);
  skippedCamera = signal(false);
  whereState = signal(/** @type {import("../../../core/incident/whereabouts.js").WhereState} */ ("before"));
  /** The newest position. @type {import("../../../vendor/preact.js").Signal<import("../../../core/incident/whereabouts.js").Position | null>} */
  position = signal(null);
  /** Whether the server has one: until then nobody knows where this is. */
  placed = signal(false);
  /** Instructions that were carried out here. */
  done = signal(/** @type {readonly string[]} */ ([]));
  phraseLanguage = signal("");
  /** @type {import("../../../vendor/preact.js").Signal<CallSession | null>} */
  session = signal(null);
  where = new Whereabouts();
  camera = new CameraWork(new Devices({ facing: "environment" }));
  cameraState = this.camera.state;
  kind = computed(() => (this.kinds.value.includes("video") ? "video" : this.kinds.value.includes("upload") ? "upload" : "location"));
  state = computed(() => this.session.value?.state.value ?? null);
  connection = computed(() => this.session.value?.connection.value ?? "connecting");
  step = computed(() => stepOf({
    begun: this.begun.value, kind: this.kind.value, where: this.whereState.value, skippedWhere: this.skippedWhere.value,
    camera: this.cameraState.value, skippedCamera: this.skippedCamera.value,
  }));
  /** What holds now and was not done here, oldest first. */
  instructions = computed(() => (this.state.value?.instructions ?? []).filter((one) => !one.cleared_at && !this.done.value.includes(one.id)));
  located = computed(() => this.whereState.value === "known" && this.placed.value);
  #sessionId = "";
  #post = new PositionPost({ send: (body) => api.post(`/sessions/${this.#sessionId}/location`, { ...body }), sent: () => { this.placed.value = true; } });
  #facts = new Facts((facts) => this.session.value?.command("caller_facts", { ...facts }).then(() => true, () => false) ?? Promise.resolve(false));
  /** Whether the server knows that nothing may be heard here: `telling` while it is told. @type {"" | "telling" | "told"} */
  #silence = "";
  #tellings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(() => void)[]} */
  #stop = [];

  constructor() {
    this.where.on("state", (state) => this.#whereIs(state));
    this.where.on("position", (position) => {
      this.position.value = position;
      this.#post.tell(position);
    });
    this.camera.onFacts = (facts) => this.#facts.say(facts);
    effect(() => { silence.on = this.silent.value; });
  }

  /** Takes the link of the address; also after a reload and after another link was tapped in the same tab. */
  async open() {
    const token = tokenOf(location.hash);
    clearTimeout(this.#timer);
    if (!token) return this.#show({ name: "fault", code: "link_unknown" });
    try {
      const answer = await api.post("/callers/open", { token, device: deviceToken() }, { retry: true });
      if (answer.status === "approval_needed") this.#moveNeeded();
      else this.#opened(answer);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** The link is open on another device: ask staff to move it here. */
  async askMove() {
    const token = tokenOf(location.hash);
    if (!token) return;
    try {
      await api.post("/links/move", { token, device: deviceToken() });
      this.#show({ name: "move", step: "asked" });
      this.#later(MOVE_POLL, () => void this.open());
    } catch (error) {
      this.#refused(error);
    }
  }

  /** The one tap: the position first. */
  begin() {
    this.begun.value = true;
    if (!this.silent.value) wakeVoice();
    this.#remember();
    this.#facts.begin();
    this.where.ask();
  }

  /** Goes on without it. @param {"where" | "camera"} what */
  skip(what) {
    if (what === "where") this.skippedWhere.value = true;
    else this.skippedCamera.value = true;
    this.#remember();
    this.#next();
  }

  /** Brings up the browser's question for the camera. */
  openCamera() {
    return this.camera.open();
  }

  /** A place in words. @param {string} text @returns {Promise<boolean>} whether it got through */
  async sayPlace(text) {
    try {
      await api.post(`/sessions/${this.#sessionId}/place`, { text }, { retry: true });
      return true;
    } catch {
      return false;
    }
  }

  /** No sound, no vibration, no light from here on; or all of it again. @param {boolean} silent */
  goSilent(silent) {
    batch(() => {
      this.silent.value = silent;
      const session = this.session.value;
      if (session) session.quiet.value = silent;
      if (silent) hush();
    });
    if (silent) this.camera.closeMicrophone();
    this.#remember();
    if (this.#silence !== "telling" && this.state.peek()?.incident?.silent === silent) this.#silence = "told";
    else this.#tellSilence();
    if (silent && !this.begun.value) this.begin();
  }

  /** @param {string} tag of the quick phrases */
  speak(tag) {
    this.phraseLanguage.value = tag;
    this.#remember();
  }

  /** @param {string} instructionId */
  carriedOut(instructionId) {
    if (this.done.value.includes(instructionId)) return;
    this.done.value = [...this.done.value, instructionId];
    this.#remember();
  }

  /** At the number staff have. @returns {Promise<"sent" | "failed">} */
  async callMe() {
    try {
      if (!this.session.value) return "failed";
      await this.session.value.command("call_back", {});
      return "sent";
    } catch {
      return "failed";
    }
  }

  /** Tells staff and becomes another page at once, without a trace in the tab. */
  async leaveQuickly() {
    document.body.hidden = true;
    const told = this.session.value?.command("leave_quickly", {}, { giveUpAfter: LEAVE_MS }).catch(() => {});
    this.camera.close();
    forgetAll();
    await told;
    location.replace("/clock");
  }

  /** The network changed or the machine slept. */
  networkChanged() {
    this.session.value?.networkChanged();
    this.#post.again();
  }

  /** @param {{session_id: string, caller: {code: string, kinds: LinkKind[], silent: boolean, language: string}}} answer */
  #opened({ session_id: sessionId, caller }) {
    if (sessionId !== this.#sessionId) this.#beginAnew();
    this.#sessionId = sessionId;
    const memory = recall(sessionId);
    batch(() => {
      this.code.value = caller.code;
      this.kinds.value = caller.kinds;
      this.language.value = caller.language;
      this.silent.value = caller.silent || memory.silent;
      this.skippedWhere.value = memory.skippedWhere;
      this.skippedCamera.value = memory.skippedCamera;
      this.phraseLanguage.value = memory.language;
      this.done.value = memory.done;
      this.#show({ name: "open" });
    });
    this.#connect(sessionId);
    if (memory.begun) this.begin();
  }

  /** @param {string} sessionId */
  #connect(sessionId) {
    for (const stop of this.#stop) stop();
    const session = new CallSession({ sessionId, as: "seat", devices: this.camera.devices });
    session.audioOnly.value = true; // A caller sees nobody.
    session.quiet.value = this.silent.value;
    this.session.value = session;
    const unfollow = effect(() => this.#follow(session));
    session.start();
    this.#stop = [() => { unfollow(); session.stop(); }];
  }

  /** After each change of the connection or of what the dispatcher decided. @param {CallSession} session */
  #follow(session) {
    const [connection, reason, incident] = [session.connection.value, session.endReason.value, session.state.value?.incident];
    if (incident) {
      if (incident.silent && this.#silence !== "telling") untracked(() => this.#silencedThere());
      this.kinds.value = incident.kinds;
    }
    if (connection === "online") {
      this.#facts.again();
      this.#post.again();
      const unknownThere = !this.#silence || (this.#silence === "told" && incident?.silent === false);
      if (incident && this.silent.peek() && unknownThere) untracked(() => this.#tellSilence());
    }
    if (connection === "replaced") this.#over({ name: "elsewhere" });
    if (connection === "ended") this.#over(viewOfEnd(reason));
  }

  /** Staff, or this page before a reload, wanted silence. */
  #silencedThere() {
    this.#silence = "told";
    if (!this.silent.peek()) this.goSilent(true);
  }

  /** Until it is acknowledged: staff must not speak to somebody who may not be heard. Of two presses the later one counts. */
  #tellSilence() {
    if (!this.session.value) return;
    this.#silence = "telling";
    this.#tellings += 1;
    const telling = this.#tellings;
    const ended = (/** @type {"" | "told"} */ silence) => {
      if (telling === this.#tellings) this.#silence = silence;
    };
    this.session.value.command("caller_silent", { silent: this.silent.peek() }).then(() => ended("told"), () => ended(""));
  }

  /** @param {CallerView} view */
  #over(view) {
    this.#letGo();
    this.#show(view);
  }

  /** Nothing is sent any more. */
  #letGo() {
    this.where.stop();
    this.#facts.stop();
    this.#post.stop();
    hush();
    this.camera.close();
  }

  /** Another call for help in the same tab: it begins with its own one tap. */
  #beginAnew() {
    this.#letGo();
    this.#silence = "";
    batch(() => {
      this.begun.value = false;
      this.placed.value = false;
    });
  }

  /** @param {import("../../../core/incident/whereabouts.js").WhereState} state */
  #whereIs(state) {
    this.whereState.value = state;
    const words = { known: "granted", refused: "denied", dismissed: "dismissed", unanswered: "unanswered", lost: "unavailable", none: "unavailable" };
    this.#facts.say({ location: words[/** @type {keyof typeof words} */ (state)] ?? "unasked" });
    if (state === "known") {
      this.skippedWhere.value = true; // From here on a lost position does not take the picture away.
      this.#next();
    }
  }

  /** After the position, one way or the other, the camera. */
  #next() {
    if (this.step.value === "camera" && this.cameraState.value === "untested") void this.openCamera();
  }

  /** @param {unknown} error */
  #refused(error) {
    const code = error instanceof NetworkError ? error.code : "unexpected";
    const view = error instanceof ApiError ? viewOfRefusal(error) : /** @type {CallerView} */ ({ name: "fault", code });
    this.#show(view);
    if (view.name === "fault" && !LINK_FAULTS.has(view.code)) this.#later(AGAIN_MS, () => void this.open());
  }

  #moveNeeded() {
    const view = this.view.value;
    if (view.name === "move" && view.step === "asked") this.#later(MOVE_POLL, () => void this.open());
    else this.#show({ name: "move", step: "ask" });
  }

  #remember() {
    remember(this.#sessionId, {
      begun: this.begun.value, silent: this.silent.value, skippedWhere: this.skippedWhere.value && this.whereState.value !== "known",
      skippedCamera: this.skippedCamera.value && this.cameraState.value !== "ok", language: this.phraseLanguage.value, done: [...this.done.value],
    });
  }

  /** @param {CallerView} view */
  #show(view) {
    this.view.value = view;
  }

  /** @param {number} ms @param {() => void} act */
  #later(ms, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }
}
