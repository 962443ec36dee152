/** Entry of /home: visits, contacts and who saw the data, for a patient or a carer. */
import { html, render } from "../vendor/preact.js";
import { startPage } from "./page.js";
import { Home } from "./pages/home/index.js";
import { LanguageSelect } from "./pages/language_select.js";

await startPage(Home);
const corner = document.getElementById("language");
if (corner) render(html`<${LanguageSelect} />`, corner);
