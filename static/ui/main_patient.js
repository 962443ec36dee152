/** Entry of /patients/{id}. */
import { startPage } from "./page.js";
import { PatientPage } from "./pages/patient/index.js";

await startPage(PatientPage);
