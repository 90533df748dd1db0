"""axe on the page, in both colours, and what else must hold for each view."""

from importlib.resources import files

from playwright.sync_api import Page, expect

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
FOUND = """async ([within, rules]) => (await axe.run(within, {resultTypes: ['violations'], ...rules})).violations
  .map(each => `${each.id}: ${each.nodes.map(node => node.html.slice(0, 200)).join(' ')}`)"""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that the colours change


def problems(page: Page, *, within: str = "html", colors: tuple[str, ...] = ()) -> list[str]:
    """What axe finds, and whether the page scrolls sideways. `colors`: also in these, besides those that are on."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(FOUND, [within, {}])
    for scheme in colors:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{scheme} {each}" for each in page.evaluate(FOUND, [within, CONTRAST])]
    if colors:
        page.emulate_media(color_scheme="null")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("the page scrolls sideways")
    return found
