"""Transforms of slices, one a file. None of them looks at a label."""
