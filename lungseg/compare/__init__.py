"""Recipes, side by side on the same patients."""

from lungseg.compare.plan import Plan
from lungseg.compare.run import compare, conclude

__all__ = ["Plan", "compare", "conclude"]
