/** "Get a doctor", and of which speciality: the one called last from this phone stands first. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { problemCode, problemWords } from "../../problem_words.js";
import { goToSignIn } from "../return_place.js";
import { failure, getDoctor, lastSpeciality } from "./run.js";

/** @typedef {import("./run.js").Speciality} Speciality */

/** @returns {{list: Speciality[] | null, error: unknown, load: () => Promise<void>}} */
function useSpecialities() {
  const [list, setList] = useState(/** @type {Speciality[] | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const load = async () => {
    setError(null);
    try {
      setList((await api.get("/on-call")).specialities);
    } catch (caught) {
      if (problemCode(caught) === "not_signed_in") goToSignIn();
      else setError(caught);
    }
  };
  useEffect(() => {
    void load();
    const again = () => void load();
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  return { list, error, load };
}

/** @param {{speciality: Speciality, onPick: () => void}} props */
function Pick({ speciality, onPick }) {
  const there = speciality.on_call.length - (speciality.mine ? 1 : 0); // Nobody is called by oneself.
  return html`<button type="button" class="scene__pick" onClick=${onPick} data-testid="pick-speciality">
    <span>${speciality.name}</span><small>${t("scene.on_call", { count: there })}</small></button>`;
}

/** @param {{words: string, phone: string}} props when nothing works: why, and the telephone */
function Trouble({ words, phone }) {
  return html`<div class="scene__trouble" role="alert"><p>${words}</p>
    ${phone && html`<a class="scene__button scene__button--call" href=${`tel:${phone.replace(/[^+\d]/g, "")}`}><${Icon} name="phone" />${phone}</a>`}</div>`;
}

export function Choose() {
  const { list, error, load } = useSpecialities();
  const [picking, setPicking] = useState(false);
  const failed = failure.value;
  const problem = failed?.error ?? error;
  const last = list?.find((one) => one.id === lastSpeciality());
  useEffect(() => {
    if (problemCode(failed?.error) === "not_signed_in") goToSignIn();
  }, [failed]);
  const start = () => {
    const only = list?.length === 1 ? list[0] : last;
    if (only) void getDoctor(only);
    else setPicking(true);
  };
  const phone = failed?.phone || clinicOfPage().phone;
  if (list?.length === 0) return html`<h1 class="scene__title">${t("scene.title")}</h1><${Trouble} words=${t("scene.none")} phone=${phone} />`;
  return html`<h1 class="scene__title">${t("scene.title")}</h1>
    ${Boolean(problem) && html`<${Trouble} words=${problemWords(problem)} phone=${phone} />`}
    ${Boolean(error) && html`<${Button} large=${true} wide=${true} icon="refresh-cw" label=${t("common.try_again")} onClick=${() => void load()} />`}
    ${picking
      ? html`<h2 class="scene__which">${t("scene.which")}</h2><div class="scene__picks">${list?.map((one) => html`<${Pick} key=${one.id} speciality=${one} onPick=${() => void getDoctor(one)} />`)}</div>`
      : html`<button type="button" class="scene__main" disabled=${!list} onClick=${start} data-testid="get-doctor">
          <${Icon} name="siren" size=${48} /><span>${t("scene.get_doctor")}</span>${last && html`<small>${last.name}</small>`}</button>
        ${last && list && list.length > 1 && html`<button type="button" class="scene__button" onClick=${() => setPicking(true)} data-testid="other-speciality">${t("scene.other")}</button>`}`}
    <a class="scene__button" href="/today"><${Icon} name="arrow-left" />${t("today.title")}</a>`;
}
