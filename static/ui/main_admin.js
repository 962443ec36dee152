/** Entry of /admin. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Admin } from "./pages/admin/index.js";

guardStaff();
await startPage(Admin);
