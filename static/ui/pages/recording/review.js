/** What the page of one recording knows and wants: the recording, what happened in it, and how one looks at it. */
import { batch, computed, createContext, signal, useContext } from "../../../vendor/preact.js";
import { api, newCommandId } from "../../../core/api.js";
import { hitsOf, lineAt } from "../../../core/review/chat_search.js";
import { drawingsAt } from "../../../core/review/drawings.js";
import { speakersOf } from "../../../core/review/events.js";
import { markersAt, neighbour, reduceMarkers } from "../../../core/review/markers.js";
import { reasonAt, sourceGapsAt } from "../../../core/review/schedule.js";
import { Player } from "../../../core/review/player.js";
import { hashOf, momentOf } from "../../../core/review/time_link.js";
import { follow, whole } from "../../../core/review/timeline.js";
import { MediaElement } from "./media_element.js";

/** @typedef {import("../../../core/review/messages.js").RecordingDetail} RecordingDetail */
/** @typedef {import("../../../core/review/messages.js").Can} Can */
/** @typedef {import("../../../core/review/messages.js").Marker} Marker */
/** @typedef {import("../../../core/review/messages.js").Timeline} Timeline */
/** @typedef {import("../../../vendor/preact.js").Signal<any>} AnySignal */
/** @typedef {"start_ms" | "end_ms" | "category" | "text" | "visibility"} MarkerField */
/** @typedef {Pick<Marker, MarkerField>} MarkerFields */
/** @typedef {{name: "marker", marker: Marker | null, fields: MarkerFields} | {name: "keys" | "download" | "hold" | "erase" | "confirm_erase" | "keep" | "destroy"}} OpenDialog */

/** @type {Timeline} */
export const NO_TIMELINE = { duration_ms: 0, joins: [], speaking: [], chat: [], quality: [], consent: [], gaps: [], acts: [], acts_outside: 0 };

export class Review {
  /** @type {import("../../../vendor/preact.js").Signal<Timeline>} */
  timeline = signal(NO_TIMELINE);
  /** What could not be loaded beside the recording itself. @type {import("../../../vendor/preact.js").Signal<unknown>} */
  problem = signal(null);
  /** @type {import("../../../vendor/preact.js").Signal<Marker[]>} */
  markers = signal([]);
  /** Of the tile that is always big. @type {import("../../../vendor/preact.js").Signal<string | null>} */
  pinned = signal(null);
  mode = signal(/** @type {"grid" | "spotlight"} */ ("grid"));
  tab = signal("markers");
  chatQuery = signal("");
  /** Somebody asked for the chat's search and it has not been there yet. */
  searchWanted = signal(false);
  /** @type {import("../../../vendor/preact.js").Signal<OpenDialog | null>} */
  dialog = signal(null);
  /** Whether single keys act; one may turn them off (WCAG 2.1.4). */
  keys = signal(true);
  /** Whether drawings lie over the pictures while they were shown. */
  drawings = signal(false);
  hits = computed(() => hitsOf(this.timeline.value.chat, this.chatQuery.value));
  #pictureGaps;
  #speakers = computed(() => speakersOf(this.timeline.value.speaking));

  /**
   * @param {RecordingDetail} recording
   * @param {Can} can
   */
  constructor(recording, can) {
    this.recording = signal(recording);
    this.can = signal(can);
    this.player = new Player({ segments: recording.segments, participants: recording.participants, duration: recording.duration_ms ?? 0 }, {
      open: (segment) => new MediaElement(recording.id, segment),
      isHidden: () => document.visibilityState === "hidden",
    });
    this.view = signal(whole(this.player.clock.duration));
    /** Ids of who speaks, as one word so that nothing is drawn anew while it stays the same. */
    this.speaking = computed(() => this.#speakers.value(this.player.position.value).join());
    /** What follows the position, worked out apart: a list is drawn anew when its answer changes, not ten times a second. */
    const { position } = this.player;
    this.chatLine = computed(() => lineAt(this.timeline.value.chat, position.value));
    this.drawingNow = computed(() => drawingsAt(this.timeline.value.acts, position.value).join());
    this.markersNow = computed(() => markersAt(this.markers.value, position.value).map((one) => one.id).join());
    this.away = computed(() => recording.participants.filter(({ id }) => reasonAt(this.timeline.value, id, position.value) === "away").map(({ id }) => id).join());
    const gaps = computed(() => JSON.stringify([...sourceGapsAt(this.timeline.value, "camera", position.value)]));
    this.#pictureGaps = computed(() => new Map(/** @type {[string, string][]} */ (JSON.parse(gaps.value))));
  }

  /** Reason for which a person's picture is missing while they are heard; "" when it is not. @param {string} participantId */
  pictureGap(participantId) {
    return this.#pictureGaps.value.get(participantId) ?? "";
  }

  get path() {
    return `/recordings/${this.recording.value.id}`;
  }

  /** Loads what happened and what was noted, and goes to the moment the address names. */
  start() {
    this.player.start();
    const moment = momentOf(location.hash);
    if (moment !== null) this.jump(moment);
    void this.load();
  }

  stop() {
    this.player.stop();
  }

  async load() {
    try {
      const [timeline, noted] = await Promise.all([api.get(`${this.path}/timeline`), api.get(`${this.path}/markers`)]);
      batch(() => {
        this.timeline.value = { ...NO_TIMELINE, ...timeline, chat: [...timeline.chat].sort((/** @type {{at_ms: number}} */ a, /** @type {{at_ms: number}} */ b) => a.at_ms - b.at_ms) };
        this.markers.value = reduceMarkers([], { type: "all", markers: noted.markers });
        this.problem.value = null;
      });
    } catch (error) {
      this.problem.value = error;
    }
  }

  /** The recording as the server has it now: after an act of one's own or of another. */
  async reload() {
    const answer = await api.get(this.path);
    batch(() => {
      this.recording.value = answer.recording;
      this.can.value = answer.can;
    });
  }

  /** The same; where there is nothing left to show, the page says so. */
  async renew() {
    await this.reload().catch(() => location.reload());
  }

  /** Erased for good, here and now: from the server it is as if it had never been. */
  erased() {
    batch(() => {
      this.recording.value = { ...this.recording.value, state: "erased", hold: false, decide_by: null, erase: null };
      this.can.value = { watch: false, mark: false, sign_off: false, download: false, hold: false, erase: false, decide: false, verify: false };
    });
  }

  /** @param {number} ms */
  jump(ms) {
    this.player.seek(ms);
    this.view.value = follow(this.view.value, this.player.clock.position, this.player.clock.duration);
  }

  /** @param {-1 | 1} direction */
  jumpMarker(direction) {
    const marker = neighbour(this.markers.value, this.player.clock.position, direction);
    if (marker) this.jump(marker.start_ms);
    return marker;
  }

  /** @param {string} laneId */
  togglePin(laneId) {
    this.pinned.value = this.pinned.value === laneId ? null : laneId;
  }

  /** Address of this moment. */
  link() {
    return `${location.origin}${location.pathname}${hashOf(this.player.clock.position)}`;
  }

  /** @param {string} participantId */
  person(participantId) {
    return this.recording.value.participants.find((one) => one.id === participantId) ?? null;
  }

  /** Opens the form for a new marker here. Time stands still meanwhile: the moment shall be seen. */
  newMarker() {
    this.player.clock.pause();
    /** @type {MarkerFields} */
    const fields = { start_ms: Math.round(this.player.clock.position), end_ms: null, category: "moment", text: "", visibility: "team" };
    this.dialog.value = { name: "marker", marker: null, fields };
  }

  /** @param {MarkerFields} fields @param {string} [commandId] kept over repetitions */
  async addMarker(fields, commandId = newCommandId()) {
    const { end_ms: end, ...rest } = fields;
    const { marker } = await api.post(`${this.path}/markers`, { ...rest, ...(end === null ? {} : { end_ms: end }), command_id: commandId });
    this.markers.value = reduceMarkers(this.markers.value, { type: "put", marker });
  }

  /** @param {Marker} before @param {MarkerFields} fields */
  async changeMarker(before, fields) {
    const { marker } = await api.patch(`${this.path}/markers/${before.id}`, { ...fields, revision: before.revision });
    this.markers.value = reduceMarkers(this.markers.value, { type: "put", marker });
  }

  /** @param {Marker} marker */
  async removeMarker(marker) {
    await api.post(`${this.path}/markers/${marker.id}/remove`, { revision: marker.revision });
    this.markers.value = reduceMarkers(this.markers.value, { type: "gone", id: marker.id });
  }

  /** The markers as they stand on the server. @returns {Promise<Marker[]>} */
  async reloadMarkers() {
    const { markers } = await api.get(`${this.path}/markers`);
    this.markers.value = reduceMarkers([], { type: "all", markers });
    return this.markers.value;
  }
}

const ReviewContext = createContext(/** @type {Review | null} */ (null));

export const ReviewProvider = ReviewContext.Provider;

/** @returns {Review} */
export function useReview() {
  const review = useContext(ReviewContext);
  if (!review) throw new Error("outside a review");
  return review;
}
