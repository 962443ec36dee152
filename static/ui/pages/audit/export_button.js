/** The rows of the last search as a file. Asks for a proof of who one is (identity/guard.js sees to it). */
import { html, useState } from "../../../vendor/preact.js";
import { api } from "../../../core/api.js";
import { t } from "../../../core/i18n.js";
import { Button } from "../../components/button.js";
import { toast } from "../../components/toast.js";
import { problemWords } from "../../problem_words.js";

/** Milliseconds the browser may take to begin the download. */
const KEEP = 60_000;

/** @param {string} csv */
function download(csv) {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `audit-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP);
}

/** @param {{question: import("./messages.js").Question}} props */
export function ExportButton({ question }) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const answer = await api.post("/audit/export", { ...question });
      download(answer.csv);
      toast(t(answer.more ? "audit.exported_some" : "audit.exported", { count: answer.rows }));
    } catch (error) {
      toast(problemWords(error));
    }
    setBusy(false);
  };
  return html`<${Button} icon="file-text" label=${t("audit.export")} busy=${busy} onClick=${() => void save()} testid="audit-export" />`;
}
