"""What axe-core finds on a page, looked at when nothing moves or fades any more, and whether the page goes sideways."""

from __future__ import annotations

from tests.browser.browsers import ROOT, Tab

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]  # axe's own choice, and the size of targets
AXE = (ROOT / ".venv" / "node" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LOADED = "() => typeof window.axe === 'object'"
LOAD = f"() => {{ {AXE}; }}"
RUN = """async () => { const { violations } = await axe.run(document, { OPTIONS resultTypes: ["violations"] });
return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`); }"""
RUN_ALL = RUN.replace("OPTIONS", f"runOnly: {TAGS},")
RUN_USUAL = RUN.replace("OPTIONS", "")
# A press changes the page in the next frame, and what then changes its colour fades from the frame after that: two frames in
# which nothing moved are rest. What turns for ever is left out, what starts again and again is waited for 5 s, then looked at.
AT_REST = """async () => {
const end = performance.now() + 5000;
const within = (wanted, most) => Promise.race([wanted, new Promise((done) => setTimeout(done, most))]);
const frame = () => within(new Promise((done) => requestAnimationFrame(() => setTimeout(done))), 500);
const moving = () => document.getAnimations().filter((one) => one.playState === "running" && one.effect
 && Number.isFinite(Number(one.effect.getComputedTiming().endTime)));
for (let still = 0; still < 2 && performance.now() < end;) {
 await frame();
 const found = moving();
 still = found.length ? 0 : still + 1;
 await within(Promise.all(found.map((one) => one.finished.catch(() => {}))), Math.max(0, end - performance.now()));
}
return true; }"""


async def at_rest(tab: Tab) -> None:
    """Wait until nothing of the page moves or fades, pseudo-elements included."""
    await tab.evaluate(AT_REST)


async def found(tab: Tab, run: str) -> list[str]:
    await at_rest(tab)
    if not await tab.evaluate(LOADED):
        await tab.evaluate(LOAD)
    return list(await tab.evaluate(run))


async def faults(tab: Tab) -> list[str]:
    """What axe-core objects to on the page as it is now: rule and elements."""
    return await found(tab, RUN_ALL)


async def accessible(tab: Tab, place: str) -> None:
    """axe-core finds nothing to object to; `place` names the state in a failure."""
    assert await found(tab, RUN_USUAL) == [], place
