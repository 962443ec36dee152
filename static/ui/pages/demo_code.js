/** In a demo nothing is sent: the code stands on the page instead. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { api } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { clinicOfPage } from "../clinic.js";
import { Banner } from "../components/banner.js";

const DEMO_POLL_MS = 700;
const DEMO_POLLS = 8;

/** The code that would have been sent; "" when none was, null while it is not known. @param {string} contact @param {number} asked */
function useDemoCode(contact, asked) {
  const [code, setCode] = useState(/** @type {string | null} */ (null));
  useEffect(() => {
    if (!clinicOfPage().demo) return undefined;
    let left = DEMO_POLLS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const look = async () => {
      const found = await api.post("/demo/code", { contact }).catch(() => ({ code: null }));
      left -= 1;
      setCode(found.code ?? (left > 0 ? null : ""));
      if (left > 0) timer = setTimeout(look, DEMO_POLL_MS);
    };
    setCode(null);
    timer = setTimeout(look, DEMO_POLL_MS);
    return () => clearTimeout(timer);
  }, [contact, asked]);
  return code;
}

/** @param {{contact: string, asked: number}} props `asked`: when, in milliseconds; another time looks anew */
export function DemoCode({ contact, asked }) {
  const code = useDemoCode(contact, asked);
  if (code === null) return null;
  return html`<${Banner} kind="info" testid="demo-code">${code ? t("my.demo_code", { code }) : t("my.demo_none")}</${Banner}>`;
}
