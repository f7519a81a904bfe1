"""Draw the picture of docs/report.md: the report on a phantom, in a headless Chromium.

python benchmarks/report_picture.py docs/report.jpg

The infection is what an ill phantom has and the healthy one of the same seed has not.
Needs playwright and a Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright
from scipy import ndimage

import lungseg
from lungseg.infection_mask import KINDS
from lungseg.report.complete import complete
from lungseg.report.page import report_page

#: HU by which a patch is denser than the lung around it: ground glass, consolidation.
_DENSER = (120, 620)


def main(target: Path) -> None:
    scan, lungs = lungseg.phantom(slices=40, size=256, opacities=6, seed=3, return_mask=True)
    scan = replace(scan, source="phantom.nii.gz")
    healthy = lungseg.phantom(slices=40, size=256, opacities=0, seed=3)
    denser = ndimage.gaussian_filter(
        scan.voxels.astype(np.float32) - healthy.voxels, (0.5, 1.5, 1.5)
    )
    classes = lungs.lungs.astype(np.uint8)
    for number, limit in enumerate(_DENSER, start=2):
        classes[(denser > limit) & lungs.lungs] = number
    count = int((classes >= 2).sum())
    infection = lungseg.InfectionMask(
        classes, scan.affine, scan.source, KINDS, (round(0.8 * count), round(1.3 * count))
    )
    pipeline = lungseg.Pipeline.from_pretrained()
    prediction = complete(pipeline.analyze([scan])[0], pipeline)
    found = lungseg.severity(scan, prediction.mask or lungs, infection)
    whole = replace(prediction, infection=infection, severity=found)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        # One date, so that the picture changes with the page alone.
        page.write_text(report_page(whole, today=date(2026, 1, 1)), "utf-8")
        picture = Image.open(BytesIO(screenshot(page.as_uri()))).convert("RGB")
    picture.save(target, quality=80, subsampling=0, optimize=True)
    print(f"{target}: {target.stat().st_size / 1024:.0f} kB")


def screenshot(url: str) -> bytes:
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 1080}, device_scale_factor=0.8)
        page.goto(url)
        return page.screenshot()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
