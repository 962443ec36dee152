/** Entry of /m: reading a message that the clinic wrote after a visit. */
import { html, render } from "../vendor/preact.js";
import { startPage } from "./page.js";
import { LanguageSelect } from "./pages/language_select.js";
import { MessagePage } from "./pages/message/index.js";

// A second link opened in the same tab changes nothing but the fragment.
addEventListener("hashchange", () => location.reload());
await startPage(MessagePage);
const corner = document.getElementById("language");
if (corner) render(html`<${LanguageSelect} />`, corner);
