"""The report: one HTML file that holds everything it shows."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lungseg.io.atomic import atomic_path
from lungseg.report import facts
from lungseg.report.overlay import encode_png
from lungseg.report.template import load_template
from lungseg.report.text import amount, hounsfield, percent
from lungseg.report.tiles import Tile, heat_tiles, tiles
from lungseg.report.zones import zone_chart

if TYPE_CHECKING:
    from lungseg.pipeline.prediction import Prediction

#: Longer side of a tile; a single slice is larger.
_TILE, _SINGLE = 320, 720

#: From the least to the most dense: light to dark, so that it also prints in grey.
_BAND_COLOURS = ("#f0f4f8", "#c3d7ea", "#6ba3d0", "#2a6aa8", "#0b2d55")


def report_page(prediction: Prediction, *, today: date | None = None) -> str:
    """Write the report on a prediction as one HTML page.

    The page asks for nothing: its pictures are in it, and it holds no script. Whatever comes
    from a file name, a label or a header is escaped.

    Parameters
    ----------
    prediction : Prediction
        Made complete by `lungseg.report.complete.complete`, or as it is: what is missing is
        left out, and said so.
    today : datetime.date, optional
        Date of the report; the present day without.

    Returns
    -------
    str

    Examples
    --------
    >>> import lungseg
    >>> pipeline = lungseg.Pipeline.from_pretrained()
    >>> prediction, = pipeline.analyze([lungseg.phantom(slices=1, size=96)])
    >>> "Not a medical device" in report_page(prediction)
    True
    """
    template = load_template(
        "lungseg.report", "page.html", percent=percent, amount=amount, hu=hounsfield
    )
    page: str = template.render(_content(prediction, today))
    return page


def save_report(prediction: Prediction, path: str | Path) -> Path:
    """Write the report on a prediction; it appears whole or not at all.

    Parameters
    ----------
    prediction : Prediction
    path : str or Path
        Its folder must exist.

    Returns
    -------
    Path
    """
    path = Path(path)
    with atomic_path(path) as temporary:
        temporary.write_text(report_page(prediction), "utf-8")
    return path


def _content(prediction: Prediction, today: date | None) -> dict[str, Any]:
    from lungseg.artifact import versions

    severity = prediction.severity
    return {
        "name": Path(prediction.scan.source).name or prediction.scan.source,
        "today": (today or date.today()).isoformat(),
        "label": str(prediction.label),
        "classes": facts.class_bars(prediction),
        "set_sentence": facts.set_sentence(prediction),
        "possible": None if prediction.prediction_set is None else len(prediction.prediction_set),
        "warnings": facts.warnings_of(prediction),
        "facts": facts.scan_facts(prediction),
        "severity": severity,
        "chart": None if severity is None else zone_chart(severity),
        "band_colours": _BAND_COLOURS,
        "tiles": [_shown(tile) for tile in _tiles(prediction)],
        "single": len(prediction.scan.axial()) == 1,
        "legend": facts.legend(prediction),
        "heat": [_shown(tile) for tile in _heat(prediction)],
        "heat_label": None if prediction.heatmap is None else str(prediction.heatmap.label),
        "weights": prediction.weights,
        "versions": versions(),
    }


def _tiles(prediction: Prediction) -> list[Tile]:
    scan = prediction.scan
    size = _SINGLE if len(scan.axial()) == 1 else _TILE
    return tiles(scan, prediction.mask, prediction.infection, count=12, size=size, crop=True)


def _heat(prediction: Prediction) -> list[Tile]:
    scan, heatmap = prediction.scan, prediction.heatmap
    if heatmap is None:
        return []
    size = _SINGLE if len(scan.axial()) == 1 else _TILE
    return heat_tiles(scan, heatmap, prediction.mask, count=4, size=size, crop=True)


def _shown(tile: Tile) -> dict[str, Any]:
    encoded = base64.b64encode(encode_png(tile.rgb)).decode("ascii")
    rows, columns = tile.rgb.shape[:2]
    uri = f"data:image/png;base64,{encoded}"
    return {"number": tile.number, "uri": uri, "rows": rows, "columns": columns}
