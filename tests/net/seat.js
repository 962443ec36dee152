// Runs in a page of a real server: takes a seat with the pages' own client core, without their views, and keeps book of what arrives.
// A function of {token, name} (someone with a link) or {email, password} (a clinician, who starts a consultation); the book is
// `window.seat`. Returns {participantId, link}.
async ({ token, name, email, password }) => {
  const { fetch } = window;
  window.fetch = (url, init) => {
    if (String(url).endsWith("/offer")) book.offers += 1;
    return fetch(url, init);
  };
  const { CallSession } = await import("/static/core/call_session.js");
  const { watchPage } = await import("/static/core/page_visibility.js");
  const { api } = await import("/static/core/api.js");

  const enter = async () => {
    if (token) return api.post("/links/open", { token, device: crypto.randomUUID() });
    await api.post("/auth/login", { email, password });
    const made = await api.post("/sessions", { kind: "scheduled", command_id: crypto.randomUUID() });
    return { session_id: made.session.id, participant_id: made.participant.id, link: made.link.url };
  };
  const entered = await enter();
  const session = new CallSession({ sessionId: entered.session_id, as: token ? "seat" : "staff" });
  const { peer } = session.media;

  const PAUSE = 0.25; // seconds: more than the spacing of packets and pictures
  const BEAT = 25; // milliseconds; the browser itself renews its statistics every 50 ms
  const book = {
    session,
    events: [], // {at: seconds since the epoch, what}
    arrivals: {}, // "audio" and "video": packets, "frames": decoded pictures -> {count, last, gap, back}, see `mark`
    dtls: [],
    offers: 0,
    late: 0, // seconds that this page was kept from its work
    note(what) {
      this.events.push({ at: Date.now() / 1000, what });
    },
    // From now on: `gap`, the longest time without arrival in seconds; `back`, when the first real pause ended (0: none yet).
    mark() {
      this.late = 0;
      for (const entry of Object.values(this.arrivals)) Object.assign(entry, { gap: 0, back: 0, last: Date.now() / 1000 });
    },
    gaps() {
      const now = Date.now() / 1000;
      return Object.fromEntries(Object.entries(this.arrivals).map(([kind, { gap, last }]) => [kind, Math.max(gap, now - last)]));
    },
    look() {
      const of = (field) => Object.fromEntries(Object.entries(this.arrivals).map(([kind, entry]) => [kind, entry[field]]));
      return {
        seat: session.me.value?.id ?? null, signal: session.connection.value, media: peer.state, attempts: peer.attempts,
        connections: window.connections.length, events: this.events, dtls: this.dtls, offers: this.offers, late: this.late, gaps: this.gaps(), back: of("back"),
        counts: of("count"),
        people: (session.state.value?.participants ?? []).map((one) => ({ id: one.id, state: one.state, tracks: one.tracks.map((t) => t.id) })),
      };
    },
  };
  window.seat = book;
  peer.on("state", (state) => book.note(`media ${state}`));

  const watched = new WeakSet();
  const watchHandshakes = (transport) => {
    if (!transport || watched.has(transport)) return;
    watched.add(transport);
    book.dtls.push(transport.state);
    transport.addEventListener("statechange", () => book.dtls.push(transport.state));
  };
  const sample = async () => {
    const connection = window.connections.at(-1);
    watchHandshakes(connection?.getSenders()[0]?.transport);
    const counts = {};
    const add = (kind, number) => { counts[kind] = (counts[kind] ?? 0) + (number ?? 0); };
    for (const entry of (await connection?.getStats().catch(() => null))?.values() ?? []) {
      if (entry.type !== "inbound-rtp") continue;
      add(entry.kind, entry.packetsReceived);
      if (entry.kind === "video") add("frames", entry.framesDecoded);
    }
    const now = Date.now() / 1000;
    for (const [kind, count] of Object.entries(counts)) {
      const entry = (book.arrivals[kind] ??= { count: 0, last: now, gap: 0, back: 0 });
      if (count === entry.count) continue;
      const gap = now - entry.last;
      if (gap > PAUSE && !entry.back) entry.back = now;
      Object.assign(entry, { count, last: now, gap: Math.max(entry.gap, gap) });
    }
  };
  let due = Date.now() + BEAT;
  setInterval(() => {
    book.late = Math.max(book.late, (Date.now() - due) / 1000);
    due = Date.now() + BEAT;
    void sample();
  }, BEAT);

  const again = (what) => () => {
    book.note(what);
    session.networkChanged();
  };
  watchPage({ onNetwork: again("network"), onWake: again("wake") }, { document, window, connection: navigator.connection });
  session.start();
  if (token) {
    await session.command("set_name", { name });
    await session.command("enter_waiting");
  }
  return { participantId: entered.participant_id, link: entered.link ?? null };
}
