"""What the report says, and that it asks for nothing."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest

import lungseg
from lungseg.report.page import report_page, save_report
from tests.lungseg.report.predictions import picture, volume

EVIL = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Tags, their attributes and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_it_says_everything() -> None:
    prediction = volume()
    text = Reader(report_page(prediction, today=date(2024, 2, 29))).text
    severity = prediction.severity
    for words in (
        "Not a medical device.",
        "2024-02-29",
        "COVID",
        "1 of 2 classes possible",
        "At a coverage of 90 % COVID alone cannot be ruled out.",
        "80.0 %",
        "COVID is predicted from 43.0 % on",
        "a slice is missing; export the series again",
        "the segmenter is in doubt",
        "16×96×96 voxels, 16 axial slices",
        "Hounsfield units",
        f"{100 * severity.share:.1f} %",
        f"{100 * severity.interval[0]:.1f} % and {100 * severity.interval[1]:.1f} %",
        f"{100 * severity.lower.share:.1f} %",
        f"{100 * severity.bands[1].share:.1f} %",
        f"{severity.lungs.infected_ml:,.0f} mL".replace(",", "\u2009"),
        "Consolidation",
        "\u2212950 to \u2212700",
        "Where the classifier sees COVID",
        "0123456789abcdef" * 4,
        "saved with lungseg 0.1.0",
    ):
        assert words in text, words


def test_it_asks_for_nothing() -> None:
    page = report_page(volume())
    reader = Reader(page)
    assert not {"script", "iframe", "object", "embed", "form"} & {tag for tag, _ in reader.tags}
    for tag, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href", "srcset", "action", "data"):
            assert (attributes.get(name) or "data:").startswith("data:"), (tag, name)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"https?:", page)
    assert sum(tag == "img" for tag, _ in reader.tags) > 10


def test_nothing_of_an_input_gets_through_as_html() -> None:
    prediction = volume()
    scan = lungseg.Scan(prediction.scan.voxels, prediction.scan.affine, f"a/{EVIL}.nii.gz")
    stage = {"name": EVIL, "network": EVIL, "saved_with": {EVIL: EVIL}, "files": {EVIL: EVIL}}
    classes = ("background", "lung", EVIL, "'\"><b>")
    evil = volume(
        scan=scan,
        label=EVIL,
        probabilities={"well": 0.1, EVIL: 0.9},
        prediction_set=("well", EVIL),
        warnings=(EVIL,),
        heatmap=lungseg.Heatmap(prediction.heatmap.voxels, scan.affine, label=EVIL),
        weights={EVIL: stage},
        infection=lungseg.InfectionMask(prediction.infection.voxels, scan.affine, classes=classes),
    )
    reader = Reader(report_page(evil))
    tags = {tag for tag, _ in reader.tags}
    assert not {"script", "b"} & tags
    assert reader.text.count("alert(1)") > 10


def test_what_is_missing_is_said() -> None:
    bare = volume(
        mask=None, infection=None, severity=None, heatmap=None, weights={}, warnings=(),
        prediction_set=None,
    )  # fmt: skip
    text = Reader(report_page(bare)).text
    for words in (
        "Infection not segmented",
        "Lungs not segmented",
        "Grad-CAM was not computed",
        "never calibrated",
        "None: nothing about this input is doubtful",
        "Not recorded with this prediction",
    ):
        assert words in text, words
    assert "Infected share" not in text


def test_a_picture_has_no_millilitres() -> None:
    text = Reader(report_page(picture())).text
    assert "spacing not known" in text
    assert "Not in HU: densities cannot be said of display grey." in text
    assert "no spacing: no mL" in text
    assert "Lung, voxels" in text
    assert "0.0 %" in text


def test_without_lungs_the_share_is_not_known() -> None:
    prediction = volume()
    empty = lungseg.LungMask(np.zeros_like(prediction.mask.voxels), prediction.scan.affine)
    found = lungseg.severity(prediction.scan, empty, prediction.infection)
    text = Reader(report_page(volume(mask=empty, severity=found))).text
    assert "Infected share of the lungs not known" in text
    assert "no lung was found: there are no shares" in text


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((), "0 of 3 classes possible At a coverage of 90 % the set of possible classes is empty"),
        (("a", "b"), "Not certain: at a coverage of 90 % neither of a and b can be ruled out."),
        (("a", "b", "c"), "neither of a, b and c can be ruled out."),
    ],
)
def test_doubt_is_said(found, words) -> None:
    shares = {"a": 0.4, "b": 0.3, "c": 0.3}
    prediction = volume(label="a", probabilities=shares, threshold=None, prediction_set=found)
    text = Reader(report_page(prediction)).text
    assert words in text
    assert "threshold" not in text


def test_it_is_written_whole(tmp_path) -> None:
    path = save_report(volume(), tmp_path / "report.html")
    assert path.read_text("utf-8").endswith("</html>")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
