/** Entry of /urgent. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Urgent } from "./pages/incidents/index.js";

guardStaff();
await startPage(Urgent);
