"""Draw the picture of docs/serve.md: the page with its phantom, in a headless Chromium.

python docs/make_serve_picture.py [--out docs/serve.jpg]

The phantom belongs to nobody. Needs the extra serve, playwright and a Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

#: A desk, and a phone beside it.
_WIDTHS = (1280, 390)
_HEIGHT = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "serve.jpg")
    target = parser.parse_args().out
    command = [sys.executable, "-c", "from lungseg.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        url = server.stdout.readline().split()[0]
        try:
            parts = [photograph(url, width) for width in _WIDTHS]
        finally:
            server.terminate()
    whole = Image.new("RGB", (sum(part.width for part in parts) + 24, _HEIGHT), "#d6dde4")
    whole.paste(parts[0], (0, 0))
    whole.paste(parts[1], (parts[0].width + 24, 0))
    small = whole.resize((whole.width * 3 // 5, whole.height * 3 // 5), Image.Resampling.LANCZOS)
    small.save(target, quality=82, subsampling=0, optimize=True)
    print(f"{target}: {target.stat().st_size / 1024:.0f} kB")


def photograph(url: str, width: int) -> Image.Image:
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": _HEIGHT})
        page.goto(url)
        page.click("#ls-example")
        page.wait_for_selector("#ls-label", timeout=300_000)
        page.wait_for_timeout(1500)
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        browser.close()
        return picture


if __name__ == "__main__":
    main()
