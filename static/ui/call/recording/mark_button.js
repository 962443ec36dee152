/** A marker in one press, beside the mark of the recording. */
import { html } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { leaderActs } from "../../../core/recording.js";
import { Button } from "../../components/button.js";
import { useCall } from "../context.js";
import { markHere } from "./marks.js";

export function MarkButton() {
  const { session } = useCall();
  if (!leaderActs(session.state.value?.recording).has("mark")) return null;
  return html`<${Button} kind="icon" icon="pin" label=${t("recording.do_mark")} onClick=${() => markHere(session)} testid="mark-here" />`;
}
