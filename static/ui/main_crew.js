/** Entry of /v: a crew that watches an incident. */
import { startPage } from "./page.js";
import { Crew } from "./pages/crew/index.js";

await startPage(Crew);
