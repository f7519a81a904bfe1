"""The networks of the library, by name."""

from lungseg.networks.network_info import NetworkInfo
from lungseg.networks.registry import build, info, names, register

__all__ = ["NetworkInfo", "build", "info", "names", "register"]
