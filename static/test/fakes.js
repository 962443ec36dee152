// Stand-ins for time, sockets and WebRTC, driven by hand.

/** A clock that only moves when told; timers run in order of their time. */
export class FakeClock {
  time = 0;
  #timers = new Map();
  #next = 1;

  now = () => this.time;

  after = (callback, ms) => {
    const id = this.#next++;
    this.#timers.set(id, { at: this.time + ms, callback });
    return id;
  };

  cancel = (id) => void this.#timers.delete(id);

  get pending() {
    return this.#timers.size;
  }

  /** Moves time on, running what falls due and the promises it wakes. */
  async advance(ms) {
    const until = this.time + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].callback();
      await settle();
    }
    this.time = until;
  }
}

/** Lets every promise that is ready run. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise((done) => setImmediate(done));
}

/** A Socket.IO socket whose server is the test. */
export class FakeSocket {
  listeners = new Map();
  sent = [];
  closed = false;

  constructor(payload) {
    this.payload = payload;
  }

  on(event, listener) {
    this.listeners.set(event, listener);
    return this;
  }

  emit(event, body, ack) {
    this.sent.push({ event, body, ack });
  }

  disconnect() {
    this.closed = true;
  }

  /** The server (or the transport) causes an event. */
  receive(event, ...args) {
    this.listeners.get(event)?.(...args);
  }
}

/** A MediaStreamTrack that ends and mutes when told. */
export class FakeTrack extends EventTarget {
  readyState = "live";
  enabled = true;
  muted = false;

  constructor(kind, deviceId = `${kind}-default`) {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
    this.id = `${kind}-${Math.random()}`;
  }

  stop() {
    this.readyState = "ended";
  }

  getSettings() {
    return { deviceId: this.deviceId };
  }

  /** The device goes away. */
  end() {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  mute() {
    this.muted = true;
    this.dispatchEvent(new Event("mute"));
  }

  unmute() {
    this.muted = false;
    this.dispatchEvent(new Event("unmute"));
  }
}

/** navigator.mediaDevices with devices that can fail: `errors.camera = "NotAllowedError"`. */
export class FakeMediaDevices extends EventTarget {
  errors = { camera: null, microphone: null };
  asked = [];

  async getUserMedia(constraints) {
    this.asked.push(constraints);
    const kinds = [constraints.audio && "microphone", constraints.video && "camera"].filter(Boolean);
    for (const kind of kinds) {
      if (this.errors[kind]) throw Object.assign(new Error(), { name: this.errors[kind] });
    }
    const tracks = kinds.map((kind) => {
      const wanted = constraints[kind === "camera" ? "video" : "audio"].deviceId;
      return new FakeTrack(kind === "camera" ? "video" : "audio", wanted?.exact ?? wanted?.ideal);
    });
    const of = (kind) => tracks.filter((track) => track.kind === kind);
    return { getTracks: () => tracks, getAudioTracks: () => of("audio"), getVideoTracks: () => of("video") };
  }

  async enumerateDevices() {
    return [
      { kind: "videoinput", deviceId: "cam1", label: "Front" },
      { kind: "audioinput", deviceId: "mic1", label: "Headset" },
      { kind: "audiooutput", deviceId: "spk1", label: "Speaker" },
    ];
  }
}
