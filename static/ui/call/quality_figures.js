/** How everybody is connected, both ways, in figures. Staff only; drawn anew as the server reports, every two seconds. */
import { html } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { inCall } from "../../core/states.js";
import { Meter } from "../components/meter.js";
import { kilobits, percent } from "../figures.js";
import { useCall } from "./context.js";
import { connectionWord, personName, wayWord } from "./words.js";

/** @typedef {import("../../core/messages.js").Quality} Quality */
/** @typedef {import("../../core/messages.js").Participant} Participant */

/** @param {number | undefined} value bit/s */
function rate(value) {
  return value === undefined ? "-" : `${kilobits(value)} kbit/s`;
}

/** @param {number | undefined} value */
function milliseconds(value) {
  return value === undefined ? "-" : `${value} ms`;
}

/** @param {Quality} quality @returns {[string, string, string][]} what, from the person, to the person */
function bothWays(quality) {
  return [
    [t("call.quality_loss"), percent(quality.up_loss), percent(quality.down_loss)],
    [t("call.quality_jitter"), milliseconds(quality.up_jitter_ms), milliseconds(quality.down_jitter_ms)],
    [t("call.quality_rate"), rate(quality.up_rate), rate(quality.down_rate)],
  ];
}

/** @param {Quality} quality */
function picture(quality) {
  if (quality.video_paused) return t("call.quality_paused");
  return quality.layer === null || quality.layer === undefined ? t("call.quality_no_picture") : t("call.quality_layer", { layer: quality.layer + 1 });
}

/** @param {{person: Participant, quality: Quality | null, mine: boolean}} props */
function Person({ person, quality, mine }) {
  const name = `${personName(person)}${mine ? ` (${t("call.you")})` : ""}`;
  return html`<div class="quality" data-testid="quality-person" data-participant=${person.id}>
    <h3 class="quality__name">${name}${quality && html` <span class="quality__state"><span aria-hidden="true"><${Meter} kind="quality" value=${quality.bars} label="" /></span> ${connectionWord(quality.bars)}</span>`}</h3>
    ${quality
      ? html`<table class="quality__table"><thead><tr><th scope="col"><span class="visually-hidden">${t("call.quality_figure")}</span></th><th scope="col">${t("call.quality_sends")}</th><th scope="col">${t("call.quality_receives")}</th></tr></thead>
          <tbody>${bothWays(quality).map(([what, up, down]) => html`<tr key=${what}><th scope="row">${what}</th><td>${up}</td><td>${down}</td></tr>`)}</tbody></table>
        <p class="muted">${[t("call.quality_round_trip", { ms: quality.rtt_ms }), wayWord(quality.way ?? ""), picture(quality)].join(" · ")}</p>`
      : html`<p class="muted">${t("call.quality_none")}</p>`}
  </div>`;
}

export function QualityFigures() {
  const { session } = useCall();
  const mine = session.me.value?.id;
  const people = (session.state.value?.participants ?? []).filter((one) => inCall(one.state));
  return html`<div class="qualities" data-testid="quality-figures">
    <h2 class="people__title">${t("call.quality_title")}</h2>
    <p class="muted small">${t("call.quality_intro")}</p>
    ${people.map((person) => html`<${Person} key=${person.id} person=${person} quality=${session.qualityOf(person.id)} mine=${person.id === mine} />`)}
  </div>`;
}
