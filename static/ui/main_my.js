/** Entry of /my: patients and carers sign in with a code or a passkey. */
import { html, render } from "../vendor/preact.js";
import { startPage } from "./page.js";
import { LanguageSelect } from "./pages/language_select.js";
import { PersonSignIn } from "./pages/my/index.js";

await startPage(PersonSignIn);
const corner = document.getElementById("language");
if (corner) render(html`<${LanguageSelect} />`, corner);
