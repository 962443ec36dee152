/** Entry of /admin. */
import { startPage } from "./page.js";
import { Admin } from "./pages/admin/index.js";

await startPage(Admin);
