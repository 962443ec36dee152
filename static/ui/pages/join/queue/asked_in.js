/** Staff ask the person into the call of somebody else: nothing is seen or heard before the person says yes, and no keeps the place. */
import { html, useEffect, useRef, useState } from "../../../../vendor/preact.js";
import { t } from "../../../../core/i18n.js";
import { playSound } from "../../../../core/sounds.js";
import { Button } from "../../../components/button.js";
import { toast } from "../../../components/toast.js";
import { problemWords } from "../../../problem_words.js";

/** Heard and moved into sight, but the focus stays: whoever is writing must not answer by the next key. @param {string} asked */
function useNotice(asked) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!asked) return;
    playSound("message");
    ref.current?.scrollIntoView({ block: "center" });
  }, [asked]);
  return ref;
}

/** @param {{visit: import("../visit.js").Visit}} props */
export function AskedIn({ visit }) {
  const asked = visit.queue.value?.moved_to?.session_id ?? "";
  const [busy, setBusy] = useState("");
  const ref = useNotice(asked);
  const answer = (/** @type {string} */ name, /** @type {() => Promise<unknown> | undefined} */ act) => {
    if (busy) return;
    setBusy(name);
    void Promise.resolve(act()).catch((error) => toast(problemWords(error))).finally(() => setBusy(""));
  };
  const join = () => answer("join", () => visit.follow());
  const stay = () => answer("stay", () => visit.link?.command("stay_in_line"));
  if (!asked) return null;
  return html`<div class="card card--padded line__part" role="alert" ref=${ref} data-testid="asked-in">
    <div><h2>${t("line.asked_in_title")}</h2><p>${t("line.asked_in_text")}</p><p class="muted">${t("line.asked_in_place")}</p></div>
    <div class="line__acts"><${Button} kind="primary" large=${true} icon="users" label=${t("line.asked_in_join")} busy=${busy === "join"} onClick=${join} testid="asked-in-join" />
      <${Button} large=${true} label=${t("line.asked_in_stay")} busy=${busy === "stay"} onClick=${stay} testid="asked-in-stay" /></div>
  </div>`;
}
