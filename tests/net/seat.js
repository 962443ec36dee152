// Runs in a page of a real server: takes a seat with the pages' own client core, without their views, and keeps book of what arrives.
// A function of {token, name} (someone with a link) or {sessionId, email, password} (staff); its book is `window.seat`.
async ({ token, sessionId, name, email, password }) => {
  const { CallSession } = await import("/static/core/call_session.js");
  const { watchPage } = await import("/static/core/page_visibility.js");
  const { api } = await import("/static/core/api.js");

  let id = sessionId;
  if (email) await api.post("/auth/login", { email, password });
  if (token) {
    const opened = await api.post("/links/open", { token, device: crypto.randomUUID() });
    id = opened.session_id;
  }
  const session = new CallSession({ sessionId: id, as: token ? "seat" : "staff" });
  const book = {
    session,
    states: [],
    arrivals: {}, // "audio" and "video": packets, "frames": decoded pictures -> {count, last, gap}; milliseconds
    dtls: [],
    mark() {
      for (const entry of Object.values(this.arrivals)) Object.assign(entry, { gap: 0, last: performance.now() });
    },
    gaps() {
      const now = performance.now();
      return Object.fromEntries(Object.entries(this.arrivals).map(([kind, { gap, last }]) => [kind, Math.max(gap, now - last) / 1000]));
    },
    look() {
      const { peer } = session.media;
      const mine = session.me.value;
      return {
        seat: mine?.id ?? null, state: mine?.state ?? null, signal: session.connection.value, media: peer.state, attempts: peer.attempts,
        connections: window.connections.length, states: this.states, dtls: this.dtls, gaps: this.gaps(),
        people: (session.state.value?.participants ?? []).map((one) => ({ id: one.id, state: one.state, tracks: one.tracks.map((t) => t.id) })),
        counts: Object.fromEntries(Object.entries(this.arrivals).map(([kind, { count }]) => [kind, count])),
      };
    },
  };
  window.seat = book;
  const started = performance.now();
  session.media.peer.on("state", (state) => book.states.push([Math.round(performance.now() - started), state]));

  const watched = new WeakSet();
  const sample = async () => {
    const connection = window.connections.at(-1);
    const transport = connection?.getSenders()[0]?.transport;
    if (transport && !watched.has(transport)) {
      watched.add(transport);
      book.dtls.push(transport.state);
      transport.addEventListener("statechange", () => book.dtls.push(transport.state));
    }
    const counts = {};
    const add = (kind, number) => { counts[kind] = (counts[kind] ?? 0) + (number ?? 0); };
    for (const entry of (await connection?.getStats().catch(() => null))?.values() ?? []) {
      if (entry.type !== "inbound-rtp") continue;
      add(entry.kind, entry.packetsReceived);
      if (entry.kind === "video") add("frames", entry.framesDecoded);
    }
    const now = performance.now();
    for (const [kind, count] of Object.entries(counts)) {
      const entry = (book.arrivals[kind] ??= { count: 0, last: now, gap: 0 });
      if (count === entry.count) continue;
      Object.assign(entry, { count, last: now, gap: Math.max(entry.gap, now - entry.last) });
    }
  };
  setInterval(() => void sample(), 25); // The browser itself renews its statistics every 50 ms.

  const { onNetwork, onWake } = { onNetwork: () => session.networkChanged(), onWake: () => session.networkChanged() };
  watchPage({ onNetwork, onWake }, { document, window, connection: navigator.connection });
  session.start();
  if (token) {
    await session.command("set_name", { name });
    await session.command("enter_waiting");
  }
  return session.me.value?.id ?? session.state.value?.you.participant_id ?? null;
}
