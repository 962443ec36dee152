/** Play, steps, speed, markers, how one looks. Order stable in every state; each has a key, listed by "?". */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { RATES } from "../../../core/review/clock.js";
import { Button } from "../../components/button.js";
import { Select } from "../../components/select.js";
import { toast } from "../../components/toast.js";
import { copyText } from "../../copy_text.js";
import { lengthWords } from "../recordings/words.js";
import { useReview } from "./review.js";

/** @param {import("./review.js").Review} review */
export async function copyMoment(review) {
  toast(t((await copyText(review.link())) ? "review.link_copied" : "review.link_not_copied"));
}

/** @param {HTMLElement | null} element */
export async function toggleFullScreen(element) {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await element?.requestFullscreen();
  } catch {
    toast(t("review.no_full_screen"));
  }
}

/** In full screen only what is inside it is seen, and what is said by toasts should be. @param {Element} place */
function showToastsIn(place) {
  const host = document.querySelector(".toasts")?.parentElement;
  if (host) place.append(host);
}

/** @param {number} rate */
function rateWord(rate) {
  return `${new Intl.NumberFormat(language(), { minimumFractionDigits: 0, maximumFractionDigits: 2 }).format(rate)}×`;
}

function Position() {
  const { player } = useReview();
  return html`<span class="controls__time" aria-hidden="true">${lengthWords(player.position.value)} / ${lengthWords(player.clock.duration)}</span>`;
}

function Speed() {
  const { clock } = useReview().player;
  const options = RATES.map((rate) => ({ value: String(rate), label: rateWord(rate) }));
  return html`<div class="controls__speed"><${Select} label=${t("review.speed")} hideLabel=${true} value=${String(clock.rate.value)} options=${options} onChange=${(/** @type {string} */ rate) => clock.setRate(Number(rate))} testid="speed" /></div>`;
}

/** @param {{root: import("../../../vendor/preact.js").RefObject<HTMLElement | null>}} props */
function FullScreen({ root }) {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const look = () => {
      setOn(Boolean(document.fullscreenElement));
      showToastsIn(document.fullscreenElement ?? document.body);
    };
    document.addEventListener("fullscreenchange", look);
    return () => {
      document.removeEventListener("fullscreenchange", look);
      showToastsIn(document.body); // The player may go while it fills the screen.
    };
  }, []);
  if (!document.fullscreenEnabled) return null;
  return html`<${Button} kind="icon" icon=${on ? "minimize" : "maximize"} label=${t("review.full_screen")} pressed=${on} onClick=${() => void toggleFullScreen(root.current)} testid="full-screen" />`;
}

/** @param {{root: import("../../../vendor/preact.js").RefObject<HTMLElement | null>}} props */
export function Controls({ root }) {
  const review = useReview();
  const { player } = review;
  const playing = player.clock.playing.value;
  const spotlight = review.mode.value === "spotlight";
  return html`<div class="controls" role="group" aria-label=${t("review.controls")}>
    <div class="controls__group">
      <${Button} kind="icon" icon="chevron-left" label=${t("review.frame_back")} onClick=${() => player.frame(-1)} testid="frame-back" />
      <${Button} kind="plain" label="−15" onClick=${() => player.step(-1)} testid="back-15" attributes=${{ "aria-label": t("review.back_15"), title: t("review.back_15") }} />
      <${Button} kind="primary" icon=${playing ? "pause" : "play"} label=${t(playing ? "review.pause" : "review.play")} onClick=${() => player.toggle()} testid="play" class="controls__play" />
      <${Button} kind="plain" label="+15" onClick=${() => player.step(1)} testid="on-15" attributes=${{ "aria-label": t("review.on_15"), title: t("review.on_15") }} />
      <${Button} kind="icon" icon="chevron-right" label=${t("review.frame_on")} onClick=${() => player.frame(1)} testid="frame-on" />
      <${Position} />
    </div>
    <div class="controls__group">
      <${Speed} />
      ${review.can.value.mark && html`<${Button} icon="plus" label=${t("review.marker")} onClick=${() => review.newMarker()} testid="add-marker" attributes=${{ "aria-label": t("review.add_marker"), title: t("review.add_marker") }} />`}
      <${Button} kind="icon" icon=${spotlight ? "rectangle-horizontal" : "layout-grid"} label=${t("review.spotlight")} pressed=${spotlight} onClick=${() => { review.mode.value = spotlight ? "grid" : "spotlight"; }} testid="spotlight" />
      ${review.timeline.value.acts.some((act) => act.drawing) && html`<${Button} kind="icon" icon="notebook-pen" label=${t("review.show_drawings")} pressed=${review.drawings.value} onClick=${() => { review.drawings.value = !review.drawings.value; }} testid="show-drawings" />`}
      <${Button} kind="icon" icon="link" label=${t("review.copy_link")} onClick=${() => void copyMoment(review)} testid="copy-moment" />
      <${Button} kind="icon" icon="keyboard" label=${t("review.keys")} onClick=${() => { review.dialog.value = { name: "keys" }; }} testid="keys" class="controls__keys" />
      <${FullScreen} root=${root} />
    </div>
  </div>`;
}
