/** "Send me a new link": tells the clinic's staff, once; and says honestly what follows. */
import { html, useState } from "../../../vendor/preact.js";
import { t } from "../../../core/i18n.js";
import { Banner } from "../../components/banner.js";
import { Button } from "../../components/button.js";
import { problemWords } from "../../problem_words.js";

/** @param {{visit: import("./visit.js").Visit, primary?: boolean}} props */
export function RecoverLink({ visit, primary = true }) {
  const [step, setStep] = useState(/** @type {"before" | "busy" | "asked"} */ ("before"));
  const [problem, setProblem] = useState("");
  const ask = async () => {
    setStep("busy");
    setProblem("");
    try {
      await visit.recover();
      setStep("asked");
    } catch (error) {
      setProblem(problemWords(error));
      setStep("before");
    }
  };
  if (step === "asked") return html`<${Banner} kind="ok" testid="link-asked">${t("fault.new_link_asked")}</${Banner}>`;
  return html`<${Button} kind=${primary ? "primary" : "quiet"} large=${true} wide=${true} label=${t("fault.new_link")} busy=${step === "busy"} onClick=${ask} testid="recover-link" />
    ${problem && html`<${Banner} kind="urgent">${problem}</${Banner}>`}`;
}
