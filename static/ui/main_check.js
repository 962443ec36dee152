/** Entry of /check: which ways lead to the clinic from this network. */
import { html, render } from "../vendor/preact.js";
import { startPage } from "./page.js";
import { Check } from "./pages/check/index.js";
import { LanguageSelect } from "./pages/language_select.js";

await startPage(Check);
const corner = document.getElementById("language");
if (corner) render(html`<${LanguageSelect} />`, corner);
