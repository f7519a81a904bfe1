"""The page in a real Chromium: at a desk and on a phone."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import lungseg
from lungseg.serve.settings import Settings
from tests.lungseg.report.predictions import picture, volume
from tests.lungseg.report.test_page_in_a_browser import browser  # noqa: F401 - a fixture
from tests.lungseg.serve.files import nifti
from tests.lungseg.serve.running import serving

pytest.importorskip("gradio", reason="the extra serve is not installed")

pytestmark = pytest.mark.usefixtures("quick_masks")

TOKEN = "a token of some length"
LONG = 120_000


@pytest.fixture(scope="module")
def server(pipeline, tmp_path_factory):
    with serving(pipeline, tmp_path_factory.mktemp("scratch"), page=True) as running:
        yield running


class Opened:
    """The page, what it asked for, and what it complained of."""

    def __init__(self, chromium, url: str, width: int = 1280) -> None:
        self.url, self.width = url, width
        self.page = chromium.new_page(viewport={"width": width, "height": 844})
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        # Errors alone: one who drops files on Gradio's field is warned of nothing.
        kept = ("error", "assert")
        self.page.on("console", lambda m: m.type in kept and self.complaints.append(m.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url)
        self.page.wait_for_selector("#ls-example", timeout=LONG)

    def give(self, name: str, content: bytes) -> None:
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.locator("#ls-file input[type=file]").set_input_files(file)

    def slice(self) -> np.ndarray:
        """Decode the picture that is shown."""
        import base64

        source = self.page.locator("#ls-picture img").get_attribute("src")
        return np.asarray(Image.open(BytesIO(base64.b64decode(source.partition(",")[2]))))

    def fits(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        right = "[...document.querySelectorAll('.ls-card, .ls-slice, .ls-downloads, button')]"
        edges = self.page.evaluate(f"{right}.map(e => e.getBoundingClientRect().right)")
        assert max(edges) <= self.width + 1

    def close(self) -> None:
        assert self.complaints == []
        strangers = [u for u in self.asked if not u.startswith((self.url, "data:", "blob:"))]
        assert strangers == []
        self.page.close()


def changed(opened: Opened, act) -> np.ndarray:
    """Do something, and wait until another picture is shown."""
    before = opened.page.locator("#ls-picture img").get_attribute("src")
    act()
    opened.page.wait_for_function(
        "old => document.querySelector('#ls-picture img')?.src !== old", arg=before, timeout=LONG
    )
    return opened.slice()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_volume_from_drop_to_download(server, browser, tmp_path, width) -> None:  # noqa: F811
    opened = Opened(browser, server.url, width)
    page = opened.page
    notice = page.get_by_role("note").bounding_box()
    assert notice["y"] + notice["height"] < 200
    assert "Not a medical device." in page.get_by_role("note").inner_text()
    opened.give("my scan.nii.gz", nifti(tmp_path, 2, 160, 6))
    page.wait_for_selector(".progress-level, .progress-text, .eta-bar", timeout=LONG)
    page.wait_for_selector("#ls-label", timeout=LONG)
    assert "my scan.nii.gz" in page.locator("#ls-label").inner_text()
    assert page.locator("#ls-label .ls-figure").inner_text().split()[0] in ("COVID", "NonCOVID")
    assert "cannot be ruled out" in page.locator("#ls-label").inner_text()
    assert "check the header" in page.locator("#ls-warnings").inner_text()
    assert "Both lungs" in page.locator("#ls-severity").inner_text()
    opened.fits()
    # The slider goes through the slices, and what is laid over them can be switched.
    shown = opened.slice()
    number = page.locator("#ls-number input[type=number]")
    target = 1 - int(number.input_value())
    moved = changed(opened, lambda: (number.fill(str(target)), number.press("Enter")))
    assert not np.array_equal(shown, moved)
    coloured = [coloured_share(moved)]
    for layer in ("Infection", "Lungs"):
        box = page.locator("#ls-layers label", has_text=layer)
        coloured.append(coloured_share(changed(opened, box.click)))
    assert coloured[0] > coloured[2]
    assert coloured[2] < 0.002
    heat = page.locator("#ls-layers label", has_text="Grad-CAM")
    changed(opened, heat.click)
    opened.fits()
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert Image.open(tmp_path / "page.png").width == width
    check_downloads(page)
    assert server.left() == []
    opened.close()


def coloured_share(rgb: np.ndarray) -> float:
    """Share of the pixels that are not grey, but for what JPEG makes of grey."""
    parts = rgb.astype(int)
    return float((parts.max(axis=2) - parts.min(axis=2) > 40).mean())


def check_downloads(page) -> None:
    with page.expect_download() as waiting:
        page.get_by_text("Masks (zip)").click()
    packed = zipfile.ZipFile(waiting.value.path())
    assert set(packed.namelist()) == {"mask.nii.gz", "infection.nii.gz", "result.json"}
    found = json.loads(packed.read("result.json"))
    assert found["input"] == "my scan.nii.gz"
    with page.expect_download() as waiting:
        page.get_by_text("Report (HTML)").click()
    report = waiting.value.path().read_text("utf-8")
    assert "my scan.nii.gz" in report
    assert "Grad-CAM was not computed" not in report


def test_the_example_takes_one_click(server, browser, monkeypatch) -> None:  # noqa: F811
    # A smaller one than the page's own, of the shape that the networks have just seen.
    from lungseg.serve import page as module

    small = lungseg.phantom(slices=2, size=160)
    monkeypatch.setattr(module, "_phantom", lambda: small)
    opened = Opened(browser, server.url, 390)
    opened.page.click("#ls-example")
    opened.page.wait_for_selector("#ls-label", timeout=LONG)
    assert "phantom" in opened.page.locator("#ls-label").inner_text()
    # The page draws one part of an answer after the other.
    opened.page.wait_for_selector("#ls-number", state="visible", timeout=LONG)
    opened.fits()
    opened.close()


def test_a_single_slice_has_no_slider() -> None:
    from lungseg.serve.page import _answer

    sliders = [_answer("token", found, [])[7] for found in (picture(), volume())]
    assert [slider["visible"] for slider in sliders] == [False, True]
    assert sliders[1]["maximum"] == 15


def test_a_broken_file_says_why_and_a_hostile_name_does_nothing(server, browser) -> None:  # noqa: F811
    opened = Opened(browser, server.url, 390)
    name = "${alert(1)}{{7*7}}<img src=x onerror=alert(2)>.png"
    opened.give(name, b"dear colleague")
    problem = opened.page.locator("#ls-problem")
    problem.wait_for(timeout=LONG)
    assert f"{name} cannot be used" in problem.inner_text()
    assert "What would mend it" in problem.inner_text()
    assert opened.page.locator("#ls-problem img").count() == 0
    assert "lungseg-serve" not in opened.page.content()
    opened.fits()
    assert server.left() == []
    opened.close()


def test_what_the_page_does_not_need_of_gradio_is_not_there(server) -> None:
    paths = (
        "gradio_api/file=/etc/passwd", "gradio_api/file/etc/passwd", "gradio_api/openapi.json",
        "gradio_api/proxy=http://example.org", "gradio_api/vibe-code/", "gradio_api/runs",
        "monitoring", "login", "assets/../../../page.py", "gradio_api/info",
        "gradio_api/stream/a/b/c/playlist.m3u8", "gradio_api/deep_link",
    )  # fmt: skip
    for path in paths:
        assert server.client.get(f"/page/{path}").status_code == 404, path
    for path in ("gradio_api/run/predict", "gradio_api/vibe-edit/", "gradio_api/process_recording"):
        assert server.client.post(f"/page/{path}", json={}).status_code == 404, path


def test_an_event_is_small_and_is_json(server) -> None:
    join = "/page/gradio_api/queue/join"
    assert server.client.post(join, content=b"{").status_code == 400
    assert server.client.post(join, content=b"[" * 60_000).status_code == 400
    large = (bytes(10_000) for _ in range(8))
    assert server.client.post(join, content=large).status_code == 413


def test_an_event_reads_no_path_of_the_server(server) -> None:
    """What is told a file by Gradio's own event is told nothing."""
    config = server.client.get("/page/config").json()
    take = next(d for d in config["dependencies"] if d["targets"][0][1] == "upload")
    for path in ("/etc/passwd", "https://example.org/a.png", f"{server.folder}/lock"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "a.png"}
        event = {"data": [file, []], "fn_index": take["id"], "session_hash": "abc"}
        joined = server.client.post("/page/gradio_api/queue/join", json=event)
        assert joined.status_code == 200
        said = ""
        with server.client.stream("GET", "/page/gradio_api/queue/data?session_hash=abc") as lines:
            for line in lines.iter_lines():
                said += line
                if "process_completed" in line:
                    break
        assert "it is no longer here" in said.lower()
        assert "root:" not in said


def test_a_browser_opens_the_page_with_the_token(pipeline, browser, tmp_path) -> None:  # noqa: F811
    settings = Settings("0.0.0.0", 0, TOKEN)
    with serving(pipeline, tmp_path, settings, page=True) as server:
        context = browser.new_context(http_credentials={"username": "me", "password": TOKEN})
        page = context.new_page()
        assert page.goto(server.url).status == 200
        page.wait_for_selector("#ls-example", timeout=LONG)
        context.close()
