/** Says to screen readers who came, left or wrote; everything else on the stage can be looked up. With the tone for leaving and messages. */
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { t } from "../../core/i18n.js";
import { playSound } from "../../core/sounds.js";
import { useCall } from "./context.js";
import { personName } from "./words.js";

/** @typedef {import("../../core/messages.js").Participant} Participant */

/**
 * What changed between two lists of people.
 * @param {ReadonlyMap<string, string>} before names by id
 * @param {ReadonlyMap<string, string>} now
 */
function changes(before, now) {
  const came = [...now].filter(([id]) => !before.has(id)).map(([, name]) => name);
  const went = [...before].filter(([id]) => !now.has(id)).map(([, name]) => name);
  return { came, went };
}

/** @param {readonly Participant[]} people @returns {Map<string, string>} */
function namesOf(people) {
  return new Map(people.map((one) => [one.id, personName(one)]));
}

export function Announcer() {
  const { session } = useCall();
  const [words, setWords] = useState("");
  const others = useRef(/** @type {Map<string, string> | null} */ (null));
  const waiting = useRef(/** @type {Map<string, string>} */ (new Map()));
  const here = session.others.value;
  const queue = session.can("admit") ? session.waiting.value : [];
  useEffect(() => {
    const now = namesOf(here);
    const { came, went } = changes(others.current ?? now, now);
    others.current = now;
    const arrived = changes(waiting.current, namesOf(queue)).came;
    waiting.current = namesOf(queue);
    const said = [...arrived.map((name) => t("call.say_waits", { name })), ...came.map((name) => t("call.say_joined", { name })), ...went.map((name) => t("call.say_left", { name }))];
    if (went.length) playSound("left");
    if (said.length) setWords(said.join(" "));
  }, [here, queue]);
  useEffect(() => {
    session.onEvent = () => {
      playSound("message");
      const last = session.chat.messages.value.at(-1);
      if (last) setWords(t("call.say_message", { name: last.name, text: last.body.slice(0, 200) }));
    };
    return () => { session.onEvent = () => {}; };
  }, []);
  return html`<p class="visually-hidden" role="status" aria-live="polite">${words}</p>`;
}
