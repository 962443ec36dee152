/** Entry of /recordings. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Recordings } from "./pages/recordings/index.js";

guardStaff();
await startPage(Recordings);
