// A Peer between a fake server and fake connections, for the tests of peer.js.
import { Peer } from "../core/peer.js";
import { FakeConnection } from "./fake_connection.js";
import { FakeClock, FakeTrack } from "./fakes.js";

export const CODECS = { audio: ["audio/opus", "audio/PCMU"], video: ["video/VP8", "video/H264", "video/rtx"] };

export function harness() {
  const clock = new FakeClock();
  const h = { clock, connections: [], offers: [], negotiated: [], states: [], tracks: null, refusing: new Set(), fail: null, utc: 1000 };
  h.peer = new Peer({
    clock,
    random: () => 0.5,
    utcNow: () => h.utc,
    capabilities: (kind) => ({ codecs: CODECS[kind].map((mimeType) => ({ mimeType })) }),
    createConnection: () => {
      const connection = new FakeConnection();
      h.connections.push(connection);
      return connection;
    },
    postOffer: async (offer) => {
      h.offers.push(offer);
      if (h.hold) await h.hold;
      if (h.fail) throw h.fail;
      const refused = offer.subscribe.filter((one) => h.refusing.has(one.track_id)).map((one) => ({ ...one, code: "not_found" }));
      const lacking = h.lacksVideo ? h.connection().transceivers.filter((one) => one.kind === "video").map((one) => one.mid) : [];
      refused.push(...[...offer.publish, ...offer.subscribe].filter((one) => lacking.includes(one.mid)).map((one) => ({ mid: one.mid, track_id: "trk", code: "no_codec" })));
      return { attempt: offer.attempt, offer: offer.offer, sdp: h.answer ?? refused.map((one) => one.mid + (one.code === "no_codec" ? "!" : "")).join(","), publish: [], refused, mode: h.mode };
    },
    negotiated: (attempt, offer) => h.negotiated.push([attempt, offer]),
  });
  h.peer.on("state", (state) => h.states.push(state));
  h.peer.on("tracks", (tracks) => { h.tracks = [...tracks.keys()]; });
  h.connection = () => h.connections.at(-1);
  return h;
}

export async function connected(h) {
  h.peer.publish("microphone", new FakeTrack("audio"));
  h.peer.start();
  await h.clock.advance(0);
  h.connection().become("connected");
}

/** Time passes with packets arriving. */
export async function flow(h, ms) {
  for (let passed = 0; passed < ms; passed += 250) {
    h.connection().arrived.packets += 5;
    await h.clock.advance(250);
  }
}
