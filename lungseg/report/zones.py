"""The bar chart of the infected shares, by zone of the lungs."""

from __future__ import annotations

from typing import NamedTuple

from lungseg.quantify.region import Region
from lungseg.quantify.severity import Severity

#: Where the axis of a chart may end.
_ENDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


class Bar(NamedTuple):
    """One bar of a chart.

    Parameters
    ----------
    name : str
    share : float or None
        What it shows, 0 to 1; None where it is not known.
    length : float
        Share of the axis that it takes up, in %.
    interval : tuple of float or None
        From where to where on the axis the whisker goes, in %.
    """

    name: str
    share: float | None
    length: float
    interval: tuple[float, float] | None = None


class Chart(NamedTuple):
    """A bar chart.

    Parameters
    ----------
    bars : tuple of Bar
    end : float
        Share at which the axis ends.
    """

    bars: tuple[Bar, ...]
    end: float


def zone_chart(severity: Severity) -> Chart:
    """Lay out the infected share of the lungs and of each part that is known.

    Parameters
    ----------
    severity : Severity

    Returns
    -------
    Chart
        The lungs with the interval, each lung, the thirds from the top.

    Examples
    --------
    >>> lungs, upper = Region("lungs", 100, 8), Region("upper third", 30, 3)
    >>> chart = zone_chart(Severity("a scan", lungs, upper=upper, interval=(0.05, 0.15)))
    >>> chart.end, [(bar.name, round(bar.length)) for bar in chart.bars]
    (0.2, [('both lungs', 40), ('upper third', 50)])
    """
    shares = [part.share or 0.0 for part in (severity.lungs, *severity.parts)]
    most = max(*shares, severity.interval[1] if severity.interval else 0.0)
    end = next(end for end in _ENDS if most <= end or end == _ENDS[-1])
    whisker = None
    if severity.interval is not None:
        low, high = severity.interval
        whisker = 100 * low / end, 100 * high / end
    first = _bar(severity.lungs, end)._replace(name="both lungs", interval=whisker)
    return Chart((first, *(_bar(part, end) for part in severity.parts)), end)


def _bar(part: Region, end: float) -> Bar:
    return Bar(part.name, part.share, 100 * (part.share or 0.0) / end)
