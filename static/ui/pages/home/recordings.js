/** "Recordings of my visits": when, how long, and who has watched them. Asked for when wanted; the list is nobody else's. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { duration, t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { problemWords } from "../../problem_words.js";
import { OwnPart } from "../../withdrawal/own_part.js";
import { moment, roleWord } from "./words.js";

/** @typedef {import("./types.js").OwnRecording} OwnRecording */
/** @typedef {import("./types.js").Watcher} Watcher */
/** @typedef {import("../../withdrawal/words.js").Part} Part */

const ACTS = new Set(["watched", "downloaded", "exported", "verified"]);

/** @param {{watcher: Watcher}} props */
function WatcherLine({ watcher }) {
  const who = watcher.name || roleWord(watcher.role);
  return html`<li data-testid="watcher"><span class="home__name">${who} ${watcher.name && html`<span class="muted">${roleWord(watcher.role)}</span>`}</span>
    <span>${ACTS.has(watcher.what) ? t(`home.viewed_${watcher.what}`) : watcher.what} · <span class="muted">${moment(watcher.at)}</span></span></li>`;
}

/** @param {{recording: OwnRecording, textVersion: string, onPart: (part: Part) => void}} props */
function Line({ recording, textVersion, onPart }) {
  const { id, started_at: began, duration_ms: length, viewers, erased, part = "none" } = recording;
  return html`<li data-testid="own-recording">
    <p class="home__name">${began ? moment(began) : ""} ${erased && html`<${Badge}>${t("home.recording_erased")}</${Badge}>`}</p>
    ${length ? html`<p class="muted">${t("home.recording_length", { time: duration(length / 1000) })}</p>` : null}
    ${viewers.length
      ? html`<details><summary class="home__summary">${t("home.recording_viewers", { count: viewers.length })}</summary><ul class="home__list home__watchers">${viewers.map((watcher, index) => html`<${WatcherLine} key=${index} watcher=${watcher} />`)}</ul></details>`
      : html`<p class="muted">${t("home.recording_unwatched")}</p>`}
    ${!erased && html`<${OwnPart} path=${`/home/recordings/${id}/withdraw`} part=${part} textVersion=${textVersion} onChange=${onPart} />`}
  </li>`;
}

export function Recordings() {
  const [found, setFound] = useState(/** @type {OwnRecording[] | null} */ (null));
  const [textVersion, setTextVersion] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const load = async () => {
    setBusy(true);
    setProblem("");
    try {
      const answer = await api.get("/home/recordings");
      setFound(answer.recordings);
      setTextVersion(answer.text_version);
      heading.current?.focus(); // the button is about to go
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) setFound([]); // A carer who was not named for it.
      else setProblem(problemWords(error));
    }
    setBusy(false);
  };
  return html`<section class="card card--padded home__card" aria-labelledby="recordings" aria-busy=${busy ? "true" : undefined}>
    <h2 id="recordings" ref=${heading} tabindex="-1">${t("home.recordings")}</h2>
    <p class="muted">${t("home.recordings_lead")}</p>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    <div aria-live="polite">
      ${found && (found.length ? html`<ul class="home__list">${found.map((recording) => html`<${Line} key=${recording.id} recording=${recording} textVersion=${textVersion} onPart=${(/** @type {Part} */ part) => setFound((lines) => (lines ?? []).map((one) => (one.id === recording.id ? { ...one, part } : one)))} />`)}</ul>` : html`<p data-testid="no-own-recordings">${t("home.recordings_none")}</p>`)}
    </div>
    ${!found && html`<${Button} icon="video" busy=${busy} label=${t("home.recordings_show")} onClick=${() => void load()} testid="show-recordings" />`}
  </section>`;
}
