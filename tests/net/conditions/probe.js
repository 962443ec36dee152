// Runs in a page with a seat (see ../seat.js): plays what arrives, and keeps a row of statistics for each twentieth of a second.
// `window.probe.take()` returns the rows since the last call. A row: {at, late, paused, state, rtt, reported, way, inbound, outbound};
// times in seconds, `late` how far behind its time the row was taken, `rtt` of the last ICE check, `reported` of the last receiver
// report about our sound.
() => {
  const EVERY = 50; // milliseconds: the browser itself renews its statistics no more often
  const rows = [];
  const playing = new WeakSet();

  const play = (connection) => {
    for (const { track } of connection.getReceivers()) {
      if (!track || playing.has(track)) continue;
      playing.add(track);
      const element = document.createElement(track.kind);
      Object.assign(element, { autoplay: true, muted: track.kind === "video", srcObject: new MediaStream([track]) });
      document.body.append(element);
    }
  };
  const inbound = (entry) => ({
    ssrc: entry.ssrc, kind: entry.kind, packets: entry.packetsReceived ?? 0, lost: entry.packetsLost ?? 0, bytes: entry.bytesReceived ?? 0,
    samples: entry.totalSamplesReceived ?? 0, concealed: entry.concealedSamples ?? 0, silent: entry.silentConcealedSamples ?? 0,
    frames: entry.framesDecoded ?? 0, frozen: entry.totalFreezesDuration ?? null, height: entry.frameHeight ?? 0,
    asked: (entry.pliCount ?? 0) + (entry.firCount ?? 0), nacks: entry.nackCount ?? 0, buffered: entry.jitterBufferDelay ?? 0,
    emitted: entry.jitterBufferEmittedCount ?? 0,
  });
  const outbound = (entry) => ({
    ssrc: entry.ssrc, kind: entry.kind, rid: entry.rid ?? "", bytes: entry.bytesSent ?? 0, headers: entry.headerBytesSent ?? 0,
    frames: entry.framesEncoded ?? 0, height: entry.frameHeight ?? 0, asked: (entry.pliCount ?? 0) + (entry.firCount ?? 0),
    active: entry.active ?? true, target: entry.targetBitrate ?? 0, limited: entry.qualityLimitationReason ?? "",
  });
  const selected = (entries) => {
    const transport = entries.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
    const inUse = (entry) => (transport ? transport.selectedCandidatePairId === entry.id : entry.nominated && entry.state === "succeeded");
    return entries.find((entry) => entry.type === "candidate-pair" && inUse(entry));
  };
  const sample = async (late) => {
    const connection = window.connections.at(-1);
    if (!connection || connection.signalingState === "closed") return;
    play(connection);
    const report = await connection.getStats().catch(() => null);
    if (!report) return;
    const entries = [...report.values()];
    const pair = selected(entries);
    const local = pair && report.get(pair.localCandidateId);
    const reports = entries.filter((entry) => entry.type === "remote-inbound-rtp" && entry.kind === "audio");
    rows.push({
      at: performance.now() / 1000, late, paused: Boolean(window.seat.session.me.value?.video_paused), state: window.seat.session.media.peer.state,
      rtt: pair?.currentRoundTripTime ?? null, reported: reports[0]?.roundTripTime ?? null,
      way: local ? `${local.relayProtocol || local.protocol} ${local.candidateType}` : "",
      inbound: entries.filter((entry) => entry.type === "inbound-rtp").map(inbound),
      outbound: entries.filter((entry) => entry.type === "outbound-rtp").map(outbound),
    });
  };
  let due = performance.now() + EVERY;
  setInterval(() => {
    const late = Math.max(0, performance.now() - due) / 1000;
    due = performance.now() + EVERY;
    void sample(late);
  }, EVERY);
  window.probe = { take: () => rows.splice(0) };
}
