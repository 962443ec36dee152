// Drives Debian's firefox-esr over WebDriver BiDi for the Python tests. JSON lines in, one JSON line out for each.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/package.json`);
const puppeteer = (await import(require.resolve("puppeteer-core"))).default;
let browser, page;

const operations = {
  async open(preload, width, height) {
    browser = await puppeteer.launch({
      browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true, acceptInsecureCerts: true, defaultViewport: { width, height },
      extraPrefsFirefox: {
        "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true, "media.autoplay.default": 0,
        "media.peerconnection.enabled": true, "dom.disable_beforeunload": true,
      },
    });
    page = await browser.newPage();
    await page.evaluateOnNewDocument(preload);
  },
  goto: (url) => page.goto(url, { waitUntil: "load" }).then(() => null),
  reload: () => page.reload({ waitUntil: "load" }).then(() => null),
  async click(selector) { const found = await page.waitForSelector(selector, { visible: true, timeout: 15000 }); await found.click(); },
  async fill(selector, text) {
    const found = await page.waitForSelector(selector, { visible: true, timeout: 15000 });
    await found.click({ clickCount: 3 });
    await found.type(text);
  },
  async drag(points) {
    const [[x, y], ...others] = points;
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (const [toX, toY] of others) await page.mouse.move(toX, toY, { steps: 4 });
    await page.mouse.up();
  },
  press: (key) => page.keyboard.press(key).then(() => null),
  wait: (selector, timeout) => page.waitForSelector(selector, { timeout }).then(() => null),
  evaluate: (source) => page.evaluate(`(${source})()`),
  screenshot: (path) => page.screenshot({ path }).then(() => null),
  close: () => browser.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, op, args } = JSON.parse(line);
  let answer;
  try {
    answer = { id, result: (await operations[op](...args)) ?? null };
  } catch (error) {
    answer = { id, error: String(error.message ?? error).slice(0, 500) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
