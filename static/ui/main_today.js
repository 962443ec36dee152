/** Entry of /today. */
import { startPage } from "./page.js";
import { Today } from "./pages/today/index.js";

await startPage(Today);
