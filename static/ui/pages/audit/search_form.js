/** What to look for: a person, an object, a kind of act, a time, an outcome. Nothing at all shows the newest rows. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { useElementId } from "../../components/element_id.js";
import { Field } from "../../components/field.js";
import { Select } from "../../components/select.js";

/** @typedef {import("./messages.js").People} People */
/** @typedef {import("./messages.js").Person} Person */
/** @typedef {import("./messages.js").Question} Question */

const ID = /^([a-z]{3}_[A-Za-z0-9_-]{1,36}|system|anonymous)$/;

/** How the picker lists a person; two of one name are told apart by the end of their ids. @param {Person} person @param {Person[]} all */
function label(person, all) {
  const same = all.filter((other) => other.name === person.name && other.role === person.role).length > 1;
  return `${person.name} (${t(`role.${person.role}`)}${same ? `, ${person.id.slice(-4)}` : ""})`;
}

/** The id behind what was typed or picked; null when it is nobody's. @param {string} text @param {Person[]} people */
export function personId(text, people) {
  const wanted = text.trim().toLowerCase();
  if (ID.test(text.trim())) return text.trim();
  const exact = people.filter((person) => label(person, people).toLowerCase() === wanted || person.name.toLowerCase() === wanted);
  return exact.length === 1 && exact[0] ? exact[0].id : null;
}

/** The start of a day in the reader's zone. @param {string} day @param {number} [later] days */
function startOf(day, later = 0) {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** @param {{label: string, value: string, onInput: (value: string) => void, error?: string, testid: string}} props */
function Day({ label: name, value, onInput, error, testid }) {
  return html`<${Field} label=${name} value=${value} onInput=${onInput} error=${error} testid=${testid} attributes=${{ type: "date" }} />`;
}

/** @param {{people: Person[], value: string, onInput: (value: string) => void, error?: string}} props */
function PersonField({ people, value, onInput, error }) {
  const list = useElementId("people");
  return html`<${Field} label=${t("audit.person")} hint=${t("audit.person_hint")} value=${value} onInput=${onInput} error=${error} autocomplete="off" maxlength=${160} testid="audit-person" attributes=${{ list, spellcheck: false }} />
    <datalist id=${list}>${people.map((person) => html`<option key=${person.id} value=${label(person, people)}></option>`)}</datalist>`;
}

/**
 * @param {{person: string, group: string, outcome: string, from: string, to: string}} asked
 * @param {string} about
 * @param {Person[]} people
 * @returns {{question: Question, faults: {person?: string, about?: string, to?: string}}}
 */
function read(asked, about, people) {
  const faults = /** @type {{person?: string, about?: string, to?: string}} */ ({});
  const question = /** @type {Question} */ ({});
  if (asked.person.trim()) {
    const id = personId(asked.person, people);
    if (id) question.actor = id;
    else faults.person = t("audit.person_unknown");
  }
  if (about.trim()) {
    if (ID.test(about.trim())) question.object_id = about.trim();
    else faults.about = t("audit.about_unknown");
  }
  if (asked.group) question.group = asked.group;
  if (asked.outcome) question.outcome = asked.outcome;
  if (asked.from) question.since = startOf(asked.from);
  if (asked.to) question.until = startOf(asked.to, 1);
  if (asked.from && asked.to && asked.to < asked.from) faults.to = t("audit.to_before_from");
  return { question, faults };
}

/** @param {{people: People, about: string, onAbout: (about: string) => void, onSearch: (question: Question) => void, busy: boolean}} props */
export function SearchForm({ people, about, onAbout, onSearch, busy }) {
  const [asked, setAsked] = useState({ person: "", group: "", outcome: "", from: "", to: "" });
  const [faults, setFaults] = useState(/** @type {{person?: string, about?: string, to?: string}} */ ({}));
  const set = (/** @type {keyof typeof asked} */ name) => (/** @type {string} */ value) => setAsked((before) => ({ ...before, [name]: value }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const { question, faults: found } = read(asked, about, people.people);
    setFaults(found);
    if (!Object.keys(found).length) onSearch(question);
  };
  const groups = [{ value: "", label: t("audit.all") }, ...people.groups.map((name) => ({ value: name, label: t(`audit.group_${name}`) }))];
  const outcomes = [{ value: "", label: t("audit.all") }, { value: "done", label: t("audit.done") }, { value: "refused", label: t("audit.refused") }];
  return html`<form class="card card--padded audit-form" onSubmit=${submit} novalidate data-testid="audit-form">
    <${PersonField} people=${people.people} value=${asked.person} onInput=${set("person")} error=${faults.person} />
    <${Field} label=${t("audit.about")} hint=${t("audit.about_hint")} value=${about} onInput=${onAbout} error=${faults.about} autocomplete="off" maxlength=${60} testid="audit-about" attributes=${{ spellcheck: false }} />
    <${Select} label=${t("audit.group")} value=${asked.group} options=${groups} onChange=${set("group")} testid="audit-group" />
    <${Select} label=${t("audit.outcome")} value=${asked.outcome} options=${outcomes} onChange=${set("outcome")} testid="audit-outcome" />
    <${Day} label=${t("audit.from")} value=${asked.from} onInput=${set("from")} testid="audit-from" />
    <${Day} label=${t("audit.to")} value=${asked.to} onInput=${set("to")} error=${faults.to} testid="audit-to" />
    <div class="audit-form__end"><p class="muted">${t("audit.is_recorded")}</p><${Button} kind="primary" icon="search" label=${t("audit.find")} type="submit" busy=${busy} testid="audit-find" /></div>
  </form>`;
}
