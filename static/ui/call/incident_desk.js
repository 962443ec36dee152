/** What an incident adds to the stage of those who lead or watch it: its panel is open from the start where there is room. */
import { useEffect } from "../../vendor/preact.js";
import { useCall } from "./context.js";

/** Width in CSS pixels from which the panel stands beside the stage and covers nothing. */
const BESIDE = 1100;

export function IncidentDesk() {
  const { view } = useCall();
  useEffect(() => {
    if (!view.panel.value && innerWidth >= BESIDE) view.show("incident");
  }, []);
  return null;
}
