from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lungseg.labels import as_groups, as_labels

#: Of rows chosen out of a table, and shuffled.
INDEX = [7, 2, 0]


@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_a_column_is_taken_by_place(dtype) -> None:
    column = pd.Series(["b", "a", "b"], index=INDEX, dtype=dtype)
    assert as_labels(column).tolist() == as_groups(column) == ["b", "a", "b"]


def test_numbers_and_arrays_stay_what_they_are() -> None:
    assert as_labels(pd.Series([1, 0, 1], index=INDEX)).dtype == np.int64
    assert as_labels(np.array([True, False])).dtype == bool
    assert as_groups(np.array([3, 1])) == [3, 1]


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_what_is_missing_is_named_by_its_place(nothing) -> None:
    with pytest.raises(ValueError, match="no label at place 1: leave"):
        as_labels(["ill", nothing])
    with pytest.raises(ValueError, match="no patient at places 0, 2: give"):
        as_groups([nothing, "a", nothing])


def test_a_name_may_read_like_nothing() -> None:
    assert as_groups(["nan", "None"]) == ["nan", "None"]


def test_one_label_a_scan() -> None:
    with pytest.raises(ValueError, match="one label for each scan"):
        as_labels([["ill"], ["well"]])
