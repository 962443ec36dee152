/** Entry of /sign-in. */
import { startPage } from "./page.js";
import { SignIn } from "./pages/sign_in.js";

await startPage(SignIn);
