/** Entry of /e: the way of somebody who called for help. */
import { startPage } from "./page.js";
import { CallerPage } from "./pages/caller/index.js";

await startPage(CallerPage);
