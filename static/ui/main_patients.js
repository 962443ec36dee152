/** Entry of /patients. */
import { startPage } from "./page.js";
import { Patients } from "./pages/patients/index.js";

await startPage(Patients);
