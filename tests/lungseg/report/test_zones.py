from __future__ import annotations

import pytest

from lungseg.quantify.region import Region
from lungseg.quantify.severity import Severity
from lungseg.report.zones import zone_chart


@pytest.mark.parametrize(
    ("infected", "end"), [(0, 0.05), (5, 0.05), (6, 0.1), (31, 0.5), (76, 1.0), (100, 1.0)]
)
def test_the_axis_ends_above_every_bar(infected, end) -> None:
    chart = zone_chart(Severity("a scan", Region("lungs", 100, infected)))
    assert chart.end == end
    (bar,) = chart.bars
    assert bar.length == pytest.approx(infected / end)
    assert bar.length <= 100 + 1e-9


def test_the_whisker_is_the_interval_on_the_same_axis() -> None:
    severity = Severity("a scan", Region("lungs", 100, 8), interval=(0.06, 0.15))
    chart = zone_chart(severity)
    assert chart.end == 0.2
    assert chart.bars[0].interval == pytest.approx((30, 75))


def test_without_lung_no_bar_is_drawn() -> None:
    chart = zone_chart(Severity("a scan", Region("lungs", 0, 0)))
    assert (chart.bars[0].share, chart.bars[0].length) == (None, 0.0)
