/** Entry of /j: the way of a person with a link. */
import { html, render } from "../vendor/preact.js";
import { startPage } from "./page.js";
import { Join } from "./pages/join/index.js";
import { LanguageSelect } from "./pages/language_select.js";

await startPage(Join);
const corner = document.getElementById("language");
if (corner) render(html`<${LanguageSelect} />`, corner);
