// Drives Debian's firefox-esr over WebDriver BiDi for the Python tests. JSON lines in, one JSON line out for each.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/package.json`);
const puppeteer = (await import(require.resolve("puppeteer-core"))).default;
let browser, preload;
/** One for each tab; those after the first have storage and cookies of their own, as another device would. */
const pages = [];

const operations = {
  async open(_, script, width, height) {
    preload = script;
    browser = await puppeteer.launch({
      browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true, acceptInsecureCerts: true, defaultViewport: { width, height },
      extraPrefsFirefox: {
        "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true, "media.autoplay.default": 0,
        "media.peerconnection.enabled": true, "dom.disable_beforeunload": true,
      },
    });
    await begin(await browser.newPage());
  },
  async another() {
    return begin(await (await browser.createBrowserContext()).newPage({ type: "window" }));
  },
  goto: (page, url) => page.goto(url, { waitUntil: "load" }).then(() => null),
  reload: (page) => page.reload({ waitUntil: "load" }).then(() => null),
  async click(page, selector) { const found = await page.waitForSelector(selector, { visible: true, timeout: 15000 }); await found.click(); },
  async fill(page, selector, text) {
    const found = await page.waitForSelector(selector, { visible: true, timeout: 15000 });
    await found.click({ clickCount: 3 });
    await found.type(text);
  },
  async drag(page, points) {
    const [[x, y], ...others] = points;
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (const [toX, toY] of others) await page.mouse.move(toX, toY, { steps: 4 });
    await page.mouse.up();
  },
  press: (page, key) => page.keyboard.press(key).then(() => null),
  wait: (page, selector, timeout) => page.waitForSelector(selector, { timeout }).then(() => null),
  evaluate: (page, source) => page.evaluate(`(${source})()`),
  async offline(_, isOffline) {
    for (const page of pages) await page.setOfflineMode(isOffline);
  },
  screenshot: (page, path) => page.screenshot({ path }).then(() => null),
  close: () => browser.close(),
};

async function begin(page) {
  await page.evaluateOnNewDocument(preload);
  return pages.push(page) - 1;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, args, page = 0 } = JSON.parse(line);
  let answer;
  try {
    answer = { id, result: (await operations[op](pages[page], ...args)) ?? null };
  } catch (error) {
    answer = { id, error: String(error.message ?? error).slice(0, 500) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
