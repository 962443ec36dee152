/** Entry of /today. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Today } from "./pages/today/index.js";

guardStaff();
await startPage(Today);
