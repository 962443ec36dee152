/** Own details and contacts: to read, and to confirm a number or address with a code. Changes are the clinic's. */
import { html, useState } from "../../../vendor/preact.js";
import { ApiError, api } from "../../../core/api.js";
import { calendarDay } from "../../../core/calendar_day.js";
import { t } from "../../../core/i18n.js";
import { clinicOfPage } from "../../clinic.js";
import { Badge } from "../../components/badge.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { telephoneUri } from "../../components/telephone.js";
import { problemWords } from "../../problem_words.js";

/** @typedef {import("./types.js").Contact} Contact */

/** @param {unknown} error */
function words(error) {
  if (error instanceof ApiError && error.code === "wrong_code") return t("my.code_wrong");
  if (error instanceof ApiError && error.code === "cannot_send") return t("my.cannot_send");
  return problemWords(error);
}

/** @param {{contact: Contact, onChange: () => Promise<void>}} props */
function Confirm({ contact, onChange }) {
  const [sent, setSent] = useState(false);
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (/** @type {() => Promise<void>} */ work) => {
    setBusy(true);
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(words(error));
    }
    setBusy(false);
  };
  const send = () => run(async () => {
    await api.post("/home/channel/code", { channel_id: contact.id });
    setSent(true);
  });
  const verify = () => run(async () => {
    await api.post("/home/channel/verify", { channel_id: contact.id, code });
    await onChange();
  });
  if (!sent) return html`<${Button} busy=${busy} label=${t("home.confirm_contact")} onClick=${send} />${problem && html`<p class="field__error" role="alert">${problem}</p>`}`;
  return html`<form class="home__confirm" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void verify(); }} novalidate>
    <${Field} label=${t("my.code")} autocomplete="one-time-code" value=${code} onInput=${(/** @type {string} */ typed) => setCode(typed.replace(/\D/g, "").slice(0, 6))} error=${problem || undefined} attributes=${{ inputmode: "numeric" }} />
    <${Button} kind="primary" type="submit" busy=${busy} disabled=${code.length !== 6} label=${t("home.confirm")} />
  </form>`;
}

/** @param {{details: import("./types.js").Details}} props */
function Details({ details }) {
  const rows = [
    [t("home.name"), details.name],
    [t("home.born"), details.birth_date ? calendarDay(details.birth_date) : ""],
    [t("home.needs"), details.needs.map((need) => t(`need.${need}`)).join(", ")],
  ].filter(([, value]) => value);
  return html`<dl class="home__facts">${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @param {{details: import("./types.js").Details | null, contacts: Contact[], forPatient: string, mayVerify: boolean, onChange: () => Promise<void>}} props `forPatient`: whom a carer acts for, else "" */
export function Contacts({ details, contacts, forPatient, mayVerify, onChange }) {
  const { phone } = clinicOfPage();
  return html`<section class="card card--padded home__card" aria-labelledby="contacts">
    <h2 id="contacts">${forPatient ? t("home.details_of", { name: forPatient }) : t("home.details")}</h2>
    ${details && html`<${Details} details=${details} />`}
    ${forPatient && contacts.length > 0 && html`<h3>${t("home.own_contact")}</h3>`}
    <ul class="home__list">
      ${contacts.map((contact) => html`<li key=${contact.id} class="home__contact">
        <p class="home__name">${contact.kind === "phone" && html`<${Icon} name="phone" />`}<span class="home__value">${contact.shown}</span>
          <${Badge} kind=${contact.verified ? "ok" : "warn"} icon=${contact.verified ? "circle-check" : "circle-help"}>${t(contact.verified ? "home.confirmed" : "home.unconfirmed")}</${Badge}></p>
        ${!contact.verified && mayVerify && html`<${Confirm} contact=${contact} onChange=${onChange} />`}
      </li>`)}
    </ul>
    <p class="muted">${t("home.ask_clinic")} ${phone && html`<a class="nowrap" href=${telephoneUri(phone)}>${phone}</a>`}</p>
  </section>`;
}
