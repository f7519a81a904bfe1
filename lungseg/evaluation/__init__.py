"""Figures with intervals, splits that cannot leak."""
