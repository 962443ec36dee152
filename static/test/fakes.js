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
