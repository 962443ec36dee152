/** Entry of /audit. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Audit } from "./pages/audit/index.js";

guardStaff();
await startPage(Audit);
