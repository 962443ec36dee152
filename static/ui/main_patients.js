/** Entry of /patients. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Patients } from "./pages/patients/index.js";

guardStaff();
await startPage(Patients);
