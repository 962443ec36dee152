/** Entry of /invitation. */
import { startPage } from "./page.js";
import { Invitation } from "./pages/invitation.js";

await startPage(Invitation);
