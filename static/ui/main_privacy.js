/** Entry of /privacy. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Privacy } from "./pages/privacy/index.js";

guardStaff();
await startPage(Privacy);
