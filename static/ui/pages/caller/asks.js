/** What the dispatcher asks for: done by the device where it can, else shown as a picture, in few words, and read aloud. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { language, t } from "../../../core/i18n.js";
import { say } from "../../../core/incident/speech.js";
import { Pictogram } from "../../guidance/pictogram.js";
import { Button } from "../../components/button.js";

/** @typedef {import("./caller.js").Caller} Caller */
/** @typedef {import("../../../core/messages.js").Instruction} Instruction */

/** Pictures of requests. @type {Record<string, string>} */
const PICTURES = { camera: "camera", light: "light", zoom: "zoom", hold_still: "hold-still", turn: "turn-camera", closer: "closer", still: "still" };

/** @param {Instruction} instruction @returns {string} at most six words */
export function askWords({ kind, value }) {
  if (kind === "light") return t(value === "off" ? "caller.ask_light_off" : "caller.ask_light_on");
  if (kind === "camera") return t(value === "front" ? "caller.ask_camera_front" : "caller.ask_camera_rear");
  if (kind === "zoom") return t(Number(value) > 1 ? "caller.ask_zoom_in" : "caller.ask_zoom_out");
  return t(`caller.ask_${kind}`);
}

/** @param {Caller} caller @param {Instruction} instruction @returns {Promise<boolean>} whether the device did it by itself */
async function byItself({ camera }, { kind, value }) {
  if (kind === "camera") return camera.turnTo(value === "front" ? "user" : "environment");
  if (kind === "light") return camera.light(value !== "off");
  return kind === "zoom" ? camera.zoom(Number(value) || 1) : false;
}

/** Told once for each, also over a reload: the server keeps the first time. @type {Set<string>} */
const told = new Set();

/** Tells staff that it is seen, and reads it aloud where that is allowed. @param {Caller} caller @param {string} id @param {string} words @param {string} tag */
export function useShown(caller, id, words, tag) {
  useEffect(() => {
    if (!told.has(id)) {
      told.add(id);
      if (!caller.silent.value) say(words, tag);
    }
    void caller.session.value?.command("instruction_shown", { instruction_id: id }).catch(() => told.delete(id));
  }, [id]);
}

/** @param {{caller: Caller, instruction: Instruction}} props */
function Ask({ caller, instruction }) {
  const words = askWords(instruction);
  useShown(caller, instruction.id, words, language());
  const done = () => caller.carriedOut(instruction.id);
  return html`<section class="ask-card" role="alert" data-testid="caller-ask" data-kind=${instruction.kind}>
    <${Pictogram} name=${PICTURES[instruction.kind] ?? ""} />
    <p class="ask-card__words">${words}</p>
    <${Button} kind="primary" large=${true} wide=${true} icon="check" label=${t("caller.ask_done")} onClick=${done} testid="ask-done" />
  </section>`;
}

/** The newest request that the device could not carry out by itself. @param {{caller: Caller}} props */
export function Asks({ caller }) {
  const asks = caller.instructions.value.filter((one) => one.kind !== "card");
  const newest = asks[asks.length - 1];
  const [tried, setTried] = useState("");
  const hasCamera = caller.camera.track.value !== null;
  useEffect(() => {
    if (!newest) return;
    void byItself(caller, newest).then((did) => {
      if (!did) return setTried(newest.id);
      void caller.session.value?.command("instruction_shown", { instruction_id: newest.id }).catch(() => {});
      caller.carriedOut(newest.id);
      return undefined;
    });
  }, [newest?.id, hasCamera]);
  if (!newest || tried !== newest.id) return null;
  return html`<${Ask} key=${newest.id} caller=${caller} instruction=${newest} />`;
}
