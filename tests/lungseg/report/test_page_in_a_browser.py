"""The report in a real Chromium: at a desk, on a phone, and printed."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil

import pytest

from lungseg.report.page import save_report
from tests.lungseg.report.predictions import picture, volume

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

#: The first that is there is taken; CHROMIUM names another one.
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser():
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    path = next((name for name in found if name), None)
    if path is None:
        pytest.skip("no Chromium is here: apt-get install chromium, or set CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    long = "a_name_without_any_place_to_break_it_" * 8
    made = {
        "volume": volume(),
        "picture": picture(),
        "bare": volume(infection=None, severity=None, heatmap=None, weights={}, mask=None),
        "long names": volume(
            scan=dataclasses.replace(volume().scan, source=f"{long}.nii.gz"),
            label=long,
            probabilities={"well": 0.1, long: 0.9},
            warnings=(long, "short"),
        ),
    }
    return {
        name: save_report(prediction, folder / f"{name}.html").as_uri()
        for name, prediction in made.items()
    }


def opened(browser, url: str, width: int):
    """The page, what it asked for and what it complained of."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    return page, requests, complaints


@pytest.mark.parametrize("name", ["volume", "picture", "bare", "long names"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_asks_for_nothing(browser, pages, name, width) -> None:
    page, requests, complaints = opened(browser, pages[name], width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    right = "[...document.querySelectorAll('main *')].map(e => e.getBoundingClientRect().right)"
    assert max(page.evaluate(right)) <= width + 1
    assert [url for url in requests if not url.startswith("data:")] == [pages[name]]
    assert complaints == []
    drawn = "[...document.images].map(image => image.naturalWidth * image.clientWidth)"
    sizes = page.evaluate(drawn)
    assert sizes
    assert all(size > 0 for size in sizes)
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_warnings_and_figures_are_seen(browser, pages, width) -> None:
    page, _, _ = opened(browser, pages["volume"], width)
    for words in (
        "Not a medical device.",
        "a slice is missing; export the series again",
        "the segmenter is in doubt",
        "Both lungs",
        "Mean density of the lungs",
    ):
        assert page.get_by_text(words).first.is_visible(), words
    # "Not a medical device" is in sight before anything is scrolled.
    box = page.get_by_role("note").bounding_box()
    assert box["y"] + box["height"] < 844
    bars = page.locator("#zones svg")
    assert bars.count() == 6
    lengths = bars.evaluate_all(
        "all => all.map(bar => bar.children[1].getBoundingClientRect().width / bar.clientWidth)"
    )
    end = float(page.locator("#zones .axis span").last.inner_text().split()[0]) / 100
    severity = volume().severity
    shares = [part.share / end for part in (severity.lungs, *severity.parts)]
    assert lengths == pytest.approx(shares, abs=0.01)
    page.close()


def test_a_phone_shows_one_column_and_a_desk_two(browser, pages) -> None:
    left = "['label', 'share'].map(id => document.getElementById(id).getBoundingClientRect().left)"
    for width, same in ((390, True), (1280, False)):
        page, _, _ = opened(browser, pages["volume"], width)
        label, share = page.evaluate(left)
        assert (label == share) is same
        page.close()


def test_it_prints_on_a4(browser, pages, tmp_path) -> None:
    page, _, _ = opened(browser, pages["volume"], 1280)
    printed = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[([^\]]+)\]", printed)
    assert 1 <= len(boxes) <= 3
    for box in boxes:
        _, _, width, height = (float(part) for part in box.split())
        assert (width, height) == pytest.approx((595.3, 841.9), abs=1.5)
    # The bars are drawn in print, too.
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).printColorAdjust") == "exact"
    page.close()
