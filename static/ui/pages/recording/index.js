/** /recordings/<id>: one recording, from loading to leaving. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { language, t } from "../../../core/i18n.js";
import { momentOf } from "../../../core/review/time_link.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { ErrorState } from "../../components/error_state.js";
import { Icon } from "../../components/icon.js";
import { Skeleton } from "../../components/skeleton.js";
import { setTitle } from "../../page.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { useOnline } from "../../use_online.js";
import { titleWords } from "../recordings/words.js";
import { goToSignIn } from "../return_place.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { Dialogs } from "./dialogs.js";
import { Head } from "./head.js";
import { NotPlayable } from "./not_playable.js";
import { PlayerPart } from "./player_part.js";
import { Review, ReviewProvider, useReview } from "./review.js";
import { useKeys } from "./keys.js";
import { Side } from "./side.js";

/** Milliseconds between looks at a recording that is not finished. */
const LOOK = 4000;
/** States that change by themselves. */
const UNFINISHED = new Set(["asking", "recording", "paused", "finalising"]);

const recordingId = () => location.pathname.split("/").filter(Boolean)[1] ?? "";

/** The page's state, once the server has answered; made anew when there is something new to play. */
function useLoaded() {
  const [review, setReview] = useState(/** @type {Review | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = async () => {
    try {
      const { recording, can } = await api.get(`/recordings/${recordingId()}`);
      setError(null);
      setReview(new Review(recording, can));
    } catch (caught) {
      if (problemCode(caught) === "not_signed_in") goToSignIn();
      else setError(caught);
    }
  };
  useEffect(() => void load(), []);
  const state = review?.recording.value.state ?? "";
  useEffect(() => {
    if (!UNFINISHED.has(state)) return undefined;
    const timer = setInterval(() => void (document.visibilityState === "visible" && load()), LOOK);
    return () => clearInterval(timer);
  }, [state]);
  return { review, error, load };
}

function Loading() {
  return html`<div class="review" aria-busy="true"><h1 class="visually-hidden">${t("review.title")}</h1><${Skeleton} width="40%" height="32px" /><${Skeleton} height="42vh" /><${Skeleton} height="120px" /></div>`;
}

/** @param {{error: unknown, onAgain: () => void}} props */
function Failed({ error, onAgain }) {
  const isGone = problemCode(error) === "not_found" || problemCode(error) === "not_allowed";
  const back = html`<${Button} icon="arrow-left" label=${t("review.back")} href="/recordings" />`;
  const again = html`<${Button} icon="refresh-cw" label=${t("common.try_again")} onClick=${onAgain} />`;
  return html`<div class="review"><h1>${t("review.title")}</h1><div class="card"><${ErrorState} icon=${isGone ? "lock" : "triangle-alert"} level=${2} title=${t(isGone ? "review.gone" : "review.failed")} code=${problemCode(error)}
    testid=${isGone ? "no-permission" : "review-error"} action=${isGone ? back : again}>${isGone ? t("review.gone_more") : problemWords(error)}</${ErrorState}></div></div>`;
}

function BesideProblem() {
  const review = useReview();
  if (!review.problem.value) return null;
  return html`<${Banner} kind="warn" action=${html`<${Button} label=${t("common.try_again")} onClick=${() => void review.load()} />`} testid="timeline-problem">${t("review.no_timeline")} ${problemWords(review.problem.value)}</${Banner}>`;
}

/** Plays, and follows the address: a link to another moment of the same recording only changes the fragment. @param {Review} review */
function useLife(review) {
  const playable = review.can.value.watch && review.recording.value.state === "ready";
  useEffect(() => {
    if (!playable) return undefined;
    review.start();
    const moved = () => {
      const moment = momentOf(location.hash);
      if (moment !== null) review.jump(moment);
    };
    const online = () => review.player.sync.retry();
    addEventListener("hashchange", moved);
    addEventListener("online", online);
    return () => {
      review.stop();
      removeEventListener("hashchange", moved);
      removeEventListener("online", online);
    };
  }, [review, playable]);
  return playable;
}

/** A file that cannot be had: the network, or somebody has erased the recording meanwhile. @param {Review} review */
function useStillThere(review) {
  const isMissing = [...review.player.sync.faults.value.values()].includes("unreachable");
  useEffect(() => {
    if (isMissing) review.reload().catch((error) => problemCode(error) === "not_found" && location.reload());
  }, [review, isMissing]);
}

/** @param {{review: Review, onReload: () => void}} props */
function Loaded({ review, onReload }) {
  const playable = useLife(review);
  useStillThere(review);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  useKeys(review, root, playable);
  useEffect(() => setTitle(titleWords(review.recording.value)), [review.recording.value, language()]);
  return html`<${ReviewProvider} value=${review}>
    <div class="review">
      <${Head} />
      ${playable ? html`<${BesideProblem} /><div class="review__parts"><${PlayerPart} root=${root} /><${Side} /></div>` : html`<${NotPlayable} onReload=${onReload} />`}
    </div>
    <${Dialogs} />
  </${ReviewProvider}>`;
}

/** @param {{language: string}} props */
export function RecordingPage({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const { review, error, load } = useLoaded();
  useEffect(() => void (review ?? setTitle(t("review.title"))), [review, language()]);
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="recordings" />
    <main class="shell__main" id="main" tabindex="-1">
      <a class="back-link review__back" href="/recordings"><${Icon} name="arrow-left" />${t("review.back")}</a>
      ${!online && html`<${Banner} kind="warn" icon="wifi-off" testid="offline">${t("error.offline")}</${Banner}>`}
      ${review ? html`<${Loaded} key=${review.recording.value.state} review=${review} onReload=${() => void load()} />` : error ? html`<${Failed} error=${error} onAgain=${() => void load()} />` : html`<${Loading} />`}
    </main>
  </div>`;
}
