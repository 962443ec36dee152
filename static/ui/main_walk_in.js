/** Entry of /w: the way of a person without an appointment into a waiting room. */
import { html, render } from "../vendor/preact.js";
import { startPage } from "./page.js";
import { LanguageSelect } from "./pages/language_select.js";
import { WalkInPage } from "./pages/walk_in/index.js";

await startPage(WalkInPage);
const corner = document.getElementById("language");
if (corner) render(html`<${LanguageSelect} />`, corner);
