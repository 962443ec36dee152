/** Entry of /patients/{id}. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { PatientPage } from "./pages/patient/index.js";

guardStaff();
await startPage(PatientPage);
