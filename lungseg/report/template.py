"""Templates of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def load_template(package: str, name: str, **filters: Callable[..., str]) -> Any:
    """Load a template of HTML in which every value is escaped.

    Parameters
    ----------
    package : str
        Whose data it is, as "lungseg.report".
    name : str
        File name.
    **filters : callable
        By the names that the template has for them.

    Returns
    -------
    jinja2.Template
        A name in it that no value is given for is an error.

    Examples
    --------
    >>> load_template("lungseg.compare", "page.html", estimate=str, figure=str).name
    'page.html'
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment.get_template(name)
