/** Entry of /queues. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Queues } from "./pages/queues/index.js";

guardStaff();
await startPage(Queues);
