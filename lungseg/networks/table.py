"""The networks of the library as a table."""

from __future__ import annotations

from collections.abc import Sequence

from lungseg.networks.network_info import NetworkInfo

_COLUMNS = (
    ("network", "---"),
    ("task", "---"),
    ("parameters", "---:"),
    ("published input", "---"),
    ("outputs", "---:"),
    ("smallest side", "---:"),
    ("ImageNet", "---"),
    ("system", "---"),
    ("source", "---"),
)


def markdown_table(networks: Sequence[NetworkInfo]) -> str:
    """Write networks as a table in Markdown, a line each.

    Parameters
    ----------
    networks : sequence of NetworkInfo

    Returns
    -------
    str
        Without a last line break.

    Examples
    --------
    >>> from lungseg.networks import info
    >>> print(markdown_table([info("simple")]).splitlines()[-1])
    | `simple` | classify | 25,475 | 224×224×1 | 3 | 22 | – | S0 | S0 |
    """
    rows = [[name for name, _ in _COLUMNS], [rule for _, rule in _COLUMNS], *map(_row, networks)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(network: NetworkInfo) -> list[str]:
    step = "" if network.multiple == 1 else f", in steps of {network.multiple}"
    return [
        f"`{network.name}`",
        network.task,
        f"{network.parameters:,}",
        "×".join(map(str, network.input_shape)),
        str(network.classes),
        f"{network.smallest}{step}",
        "yes" if network.imagenet else "–",
        ", ".join(network.systems) or "–",
        network.source,
    ]
