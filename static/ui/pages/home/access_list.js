/** "Who saw my data": one line for each person, day and kind of act, in plain words; emergency access stands out. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Badge } from "../../components/badge.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { problemWords } from "../../problem_words.js";
import { moment, roleWord } from "./words.js";

/** @typedef {import("./types.js").AccessLine} AccessLine */

/** @param {{line: AccessLine}} props */
function Line({ line }) {
  const who = line.name || roleWord(line.role);
  return html`<li data-testid="access-line">
    <p class="home__name">${who} ${line.name && html`<span class="muted">${roleWord(line.role)}</span>`}
      ${line.emergency && html`<${Badge} kind="warn" icon="triangle-alert">${t("home.emergency")}</${Badge}>`}</p>
    <p>${t(`home.act_${line.act}`)}${line.times > 1 ? ` ${t("home.times", { n: line.times })}` : ""}</p>
    <p class="muted">${moment(line.last_at)}</p>
  </li>`;
}

export function AccessList() {
  const [lines, setLines] = useState(/** @type {AccessLine[] | null} */ (null));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const load = async () => {
    setBusy(true);
    setProblem("");
    try {
      const page = await api.get(next ? `/home/access?after=${next}` : "/home/access");
      setLines([...(lines ?? []), ...page.lines]);
      setNext(page.next);
      if (!page.next) heading.current?.focus(); // the button is about to go
    } catch (error) {
      setProblem(problemWords(error));
    }
    setBusy(false);
  };
  return html`<section class="card card--padded home__card" aria-labelledby="access" aria-busy=${busy ? "true" : undefined}>
    <h2 id="access" ref=${heading} tabindex="-1">${t("home.access")}</h2>
    <p class="muted">${t("home.access_lead")}</p>
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}
    <div aria-live="polite">
      ${lines && lines.length === 0 && html`<p data-testid="access-none">${t("home.access_none")}</p>`}
      ${lines && lines.length > 0 && html`<ul class="home__list">${lines.map((line, index) => html`<${Line} key=${index} line=${line} />`)}</ul>`}
    </div>
    ${(lines === null || next) && html`<${Button} icon="eye" busy=${busy} label=${t(lines === null ? "home.access_show" : "home.access_more")} onClick=${load} testid="show-access" />`}
  </section>`;
}
