// Writes into each page the list of modules it loads, so that a browser asks for all at once and not level by level:
// on a slow network that is seconds. Run after imports changed:  node static/test/preload.js
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { modulesOf } from "./import_graph.js";

const STATIC = new URL("..", import.meta.url).pathname;
/** Page -> its entry module. */
export const PAGES = { "sign-in.html": "ui/main_sign_in.js", "invitation.html": "ui/main_invitation.js", "account.html": "ui/main_account.js", "today.html": "ui/main_today.js", "scene.html": "ui/main_scene.js", "admin.html": "ui/main_admin.js", "join.html": "ui/main_join.js", "walk-in.html": "ui/main_walk_in.js", "message.html": "ui/main_message.js", "check.html": "ui/main_check.js", "my.html": "ui/main_my.js", "home.html": "ui/main_home.js", "call.html": "ui/main_call.js", "audit.html": "ui/main_audit.js", "privacy.html": "ui/main_privacy.js", "queues.html": "ui/main_queues.js", "patients.html": "ui/main_patients.js", "patient.html": "ui/main_patient.js", "recordings.html": "ui/main_recordings.js", "recording.html": "ui/main_recording.js", "urgent.html": "ui/main_urgent.js", "caller.html": "ui/main_caller.js", "crew.html": "ui/main_crew.js" };
const LINES = /(?: {2}<link rel="modulepreload" href="[^"]*">\n)+/;

/**
 * The page with its list as it should be.
 * @param {string} page name of the HTML file
 * @param {string} entry path of its module below static/
 */
export function withPreloads(page, entry) {
  const modules = modulesOf(join(STATIC, entry), { dynamic: false }).map((file) => relative(STATIC, file));
  const lines = modules.filter((name) => name !== entry).sort().map((name) => `  <link rel="modulepreload" href="/static/${name}">\n`);
  return readFileSync(join(STATIC, page), "utf8").replace(LINES, lines.join(""));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const [page, entry] of Object.entries(PAGES)) writeFileSync(join(STATIC, page), withPreloads(page, entry));
}
