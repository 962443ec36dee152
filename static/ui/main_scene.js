/** Entry of /scene. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { Scene } from "./pages/scene/index.js";

guardStaff();
await startPage(Scene);
