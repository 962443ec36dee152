/** Entry of /account. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Account } from "./pages/account/index.js";

guardStaff();
await startPage(Account);
