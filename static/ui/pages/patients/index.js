/** Patients: search first. Its one thing: find the person. */
import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { EmptyState } from "../../components/empty_state.js";
import { Field } from "../../components/field.js";
import { setTitle } from "../../page.js";
import { useOnline } from "../../use_online.js";
import { useStaffUser } from "../staff_user.js";
import { Rail } from "../today/rail.js";
import { CreateDialog } from "./create_dialog.js";
import { LiveCount, NobodyFound, Results } from "./results.js";
import { useSearch } from "./use_search.js";

const KEY = "telemed-patient-search";

/** What was searched last in this tab, so that Back from a record shows the list again. Never in the address: it names people. */
function useText() {
  const [text, setText] = useState(() => {
    try {
      return sessionStorage.getItem(KEY) ?? "";
    } catch {
      return "";
    }
  });
  const change = (/** @type {string} */ next) => {
    setText(next);
    try {
      sessionStorage.setItem(KEY, next);
    } catch {
      // Without storage the field is empty on the way back.
    }
  };
  return /** @type {const} */ ([text, change]);
}

/** @param {{text: string, onInput: (text: string) => void}} props */
function SearchField({ text, onInput }) {
  const ref = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => ref.current?.focus(), []);
  return html`<div class="search"><${Field} label=${t("patients.search")} hint=${t("patients.search_hint")} type="search" value=${text} onInput=${onInput} maxlength=${120}
    autocomplete="off" inputRef=${ref} testid="patient-search" attributes=${{ spellcheck: false, enterkeyhint: "search" }} /></div>`;
}

/** @param {{language: string}} props */
export function Patients({ language: shown }) {
  const user = useStaffUser();
  const online = useOnline();
  const [text, setText] = useText();
  const [creating, setCreating] = useState(false);
  const search = useSearch(text);
  useEffect(() => setTitle(t("patients.title")), [language()]);
  const create = () => setCreating(true);
  return html`<div class="shell">
    <${Rail} language=${shown} user=${user} current="patients" />
    <main class="shell__main" id="main" tabindex="-1">
      <div class="today patients">
        <header class="today__head">
          <h1>${t("patients.title")}</h1>
          <div class="today__start"><${Button} kind="primary" large=${true} icon="user-plus" label=${t("patients.new")} onClick=${create} testid="new-patient" /></div>
        </header>
        ${!online && html`<${Banner} kind="warn" icon="wifi-off">${t("error.offline")}</${Banner}>`}
        <${SearchField} text=${text} onInput=${setText} />
        <${LiveCount} search=${search} />
        <div class="card" aria-busy=${search.state === "loading"} data-testid="results">
          <${Results} search=${search} none=${html`<${NobodyFound} onCreate=${create} />`}
            empty=${html`<${EmptyState} icon="search" title=${t("patients.begin")} level=${2}>${t("patients.begin_more")}</${EmptyState}>`} />
        </div>
      </div>
    </main>
    ${creating && html`<${CreateDialog} name=${/\d/.test(text) ? "" : text.trim()} onClose=${() => setCreating(false)} />`}
  </div>`;
}
