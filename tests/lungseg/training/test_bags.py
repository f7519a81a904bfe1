"""The pictures of labelled scans, one bag a scan."""

import numpy as np
import pytest

from lungseg.training.bags import Bags


def bags(groups=("a", "a", "b"), *, start=0) -> Bags:
    sizes = (2, 1, 3)
    pictures = [np.full((n, 4, 4), start + i, np.uint8) for i, n in enumerate(sizes)]
    view = np.repeat(np.arange(3.0) + start, sizes)[:, None]
    return Bags(pictures, np.array([0, 1, 1]), groups, [view, -view])


def test_what_is_taken_keeps_all_that_is_known_of_it() -> None:
    found = bags().take([2, 0])
    assert [int(bag[0, 0, 0]) for bag in found.pictures] == [2, 0]
    assert found.numbers.tolist() == [1, 0]
    assert found.groups == ["b", "a"]
    assert found.seen is not None
    assert found.seen[0].ravel().tolist() == [2, 2, 2, 0, 0]
    assert found.seen[1].ravel().tolist() == [-2, -2, -2, 0, 0]


def test_joined_bags_come_one_after_the_other() -> None:
    found = bags().joined(bags(start=5))
    pictures, numbers = found.flat()
    assert pictures[:, 0, 0].tolist() == [0, 0, 1, 2, 2, 2, 5, 5, 6, 7, 7, 7]
    assert numbers.tolist() == [0, 0, 1, 1, 1, 1] * 2
    assert found.seen is not None
    assert found.seen[0].ravel().tolist() == pictures[:, 0, 0].tolist()
    assert bags().joined(Bags(bags().pictures, bags().numbers)).seen is None


@pytest.mark.parametrize(
    ("balanced", "expected"),
    [
        (False, [1 / 6] * 6),
        # Class 1 has two patients, of one picture and of three.
        (True, [1 / 4, 1 / 4, 1 / 4, 1 / 12, 1 / 12, 1 / 12]),
    ],
)
def test_weights_add_up_to_one(balanced, expected) -> None:
    assert bags().weights(balanced=balanced) == pytest.approx(expected)
