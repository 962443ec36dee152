/** Entry of /recordings/<recording id>. */
import { guardStaff } from "./identity/guard.js";
import { startPage } from "./page.js";
import { RecordingPage } from "./pages/recording/index.js";

guardStaff();
await startPage(RecordingPage);
