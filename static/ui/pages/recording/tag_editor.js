/** The words under which a recording is found. */
import { html, useRef, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { toast } from "../../components/toast.js";
import { keepFocus } from "./keep_focus.js";
import { reviewProblem } from "./words.js";
import { useReview } from "./review.js";

/** The server's limits: characters of one tag, tags of one recording. */
const MAX_LENGTH = 40;
const MAX_TAGS = 20;

export function TagEditor() {
  const review = useReview();
  const { tags } = review.recording.value;
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const mayEdit = review.can.value.sign_off;
  const save = async (/** @type {string[]} */ next) => {
    setBusy(true);
    try {
      const answer = await api.post(`${review.path}/tags`, { tags: next });
      review.recording.value = { ...review.recording.value, tags: answer.tags ?? next };
      setText("");
    } catch (error) {
      toast(reviewProblem(error));
    }
    setBusy(false);
  };
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    const tag = text.trim().toLowerCase();
    if (tag && !tags.includes(tag) && tags.length < MAX_TAGS) void save([...tags, tag]);
    else setText("");
  };
  const form = useRef(/** @type {HTMLElement | null} */ (null));
  const remove = (/** @type {string} */ tag) => void save(tags.filter((one) => one !== tag)).then(() => keepFocus(form.current));
  return html`<div class="field"><span class="field__label" id="tags-label">${t("recordings.tags")}</span>
    ${tags.length ? html`<ul class="tags" aria-labelledby="tags-label">${tags.map((tag) => html`<li key=${tag} class="tag">${tag}${mayEdit && html`<button type="button" class="tag__remove" aria-label=${t("review.remove_tag", { tag })} disabled=${busy} onClick=${() => remove(tag)} data-testid="remove-tag"><${Icon} name="x" size=${14} /></button>`}</li>`)}</ul>` : html`<p class="muted">${t("review.no_tags")}</p>`}
    ${mayEdit && html`<form class="tag-form" ref=${form} onSubmit=${add}><${Field} label=${t("review.new_tag")} hideLabel=${true} placeholder=${t("review.new_tag")} value=${text} onInput=${setText} maxlength=${MAX_LENGTH} autocomplete="off" testid="new-tag" />
      <${Button} type="submit" icon="plus" label=${t("review.add_tag")} busy=${busy} testid="add-tag" /></form>`}</div>`;
}
