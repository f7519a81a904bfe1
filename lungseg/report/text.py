"""Figures as a page writes them."""

from __future__ import annotations


def percent(share: float | None) -> str:
    """Write a share with as many digits as it needs to be read.

    Examples
    --------
    >>> percent(0.1234), percent(0.0), percent(None)
    ('12.3 %', '0.0 %', 'not known')
    """
    return "not known" if share is None else f"{100 * share:.1f} %"


def amount(value: float | None) -> str:
    """Write mL or voxels; thin spaces between thousands.

    Examples
    --------
    >>> amount(1234.4), amount(3.21), amount(None)
    ('1\u2009234', '3.2', 'not known')
    """
    if value is None:
        return "not known"
    return (
        f"{value:.1f}" if 0 < value < 10 and value % 1 else f"{value:,.0f}".replace(",", "\u2009")
    )


def hounsfield(value: float) -> str:
    r"""Write HU with the sign that typesetters use.

    Examples
    --------
    >>> hounsfield(-950), hounsfield(250.2)
    ('\u2212950', '250')
    """
    return f"{value:.0f}".replace("-", "\u2212")
