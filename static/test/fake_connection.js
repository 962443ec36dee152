// An RTCPeerConnection that keeps the rules of offers and lines, and moves no media. Its "SDP" is the list of its lines.

class FakeSender {
  parameters = { encodings: [{}] };

  constructor(track, encodings) {
    this.track = track;
    if (encodings) this.parameters = { encodings: encodings.map((one) => ({ ...one })) };
  }

  async replaceTrack(track) {
    this.track = track;
  }

  getParameters() {
    return structuredClone(this.parameters);
  }

  async setParameters(parameters) {
    this.parameters = parameters;
  }
}

class FakeTransceiver {
  mid = null;
  currentDirection = null;
  codecs = null;

  constructor(what, init) {
    const isKind = typeof what === "string";
    this.kind = isKind ? what : what.kind;
    this.direction = init.direction;
    this.sender = new FakeSender(isKind ? null : what, init.sendEncodings);
    this.receiver = { track: { kind: this.kind, muted: true } };
  }

  /** As a rejected line does: no mid any more, and whoever turns it gets an error. */
  stop() {
    this.mid = null;
    Object.defineProperty(this, "direction", { get: () => "stopped", set() { throw new Error("stopped"); } });
  }

  setCodecPreferences(codecs) {
    this.codecs = codecs.map((codec) => codec.mimeType);
  }
}

export class FakeConnection {
  connectionState = "new";
  iceConnectionState = "new";
  onconnectionstatechange = null;
  oniceconnectionstatechange = null;
  localDescription = null;
  transceivers = [];
  restarts = 0;
  /** Offers written. */
  written = 0;
  closed = false;
  /** What getStats tells; tests raise it. */
  arrived = { packets: 0, answers: 0 };
  /** Further entries of getStats. @type {object[]} */
  entries = [];

  addTransceiver(what, init) {
    const transceiver = new FakeTransceiver(what, init);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  async createOffer({ iceRestart } = {}) {
    if (iceRestart) this.restarts += 1;
    return { type: "offer" };
  }

  async setLocalDescription() {
    this.written += 1;
    this.transceivers.forEach((one, index) => { if (one.direction !== "stopped") one.mid ??= String(index); });
    this.localDescription = { sdp: this.transceivers.map((one) => `${one.mid}:${one.kind}:${one.direction}`).join("\n") };
  }

  async setRemoteDescription({ sdp }) {
    const names = sdp.split(",").filter(Boolean);
    const ended = new Set(names.filter((name) => name.endsWith("!")).map((name) => name.slice(0, -1)));
    for (const one of this.transceivers.filter((line) => ended.has(line.mid))) one.stop();
    const refused = new Set(names);
    for (const one of this.transceivers) one.currentDirection = refused.has(one.mid) ? "inactive" : one.direction;
  }

  async getStats() {
    return new Map([
      ["in", { type: "inbound-rtp", packetsReceived: this.arrived.packets }],
      ["pair", { type: "candidate-pair", bytesReceived: 0, responsesReceived: this.arrived.answers }],
      ...this.entries.map((entry, index) => [String(index), entry]),
    ]);
  }

  become(connectionState, iceConnectionState = connectionState) {
    this.connectionState = connectionState;
    this.iceConnectionState = iceConnectionState;
    this.onconnectionstatechange?.();
  }

  close() {
    this.closed = true;
  }
}
