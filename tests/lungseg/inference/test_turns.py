from __future__ import annotations

import numpy as np

from lungseg.inference.turns import average_turns


def test_marks_come_back_to_where_they_were() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (3, 16, 24), np.uint8)
    for turns in (1, 2, 3, 4):
        marks = average_turns(lambda part: part / np.float32(255), turns)(grey)
        assert np.allclose(marks, grey / 255, atol=1e-6)


def test_what_one_turn_alone_sees_is_averaged_out() -> None:
    def top_row(grey: np.ndarray) -> np.ndarray:
        marks = np.zeros(grey.shape, np.float32)
        marks[:, 0] = 1
        return marks

    marks = average_turns(top_row, 4)(np.zeros((1, 8, 8), np.uint8))[0]
    assert marks.max() <= 0.5
    assert np.allclose(marks[0, 1:-1], 0.25)
    assert np.array_equal(marks, np.rot90(marks))


def test_turns_of_one_shape_are_marked_in_one_call() -> None:
    seen: list[tuple[int, ...]] = []

    def engine(grey: np.ndarray) -> np.ndarray:
        seen.append(grey.shape)
        return grey / np.float32(255)

    average_turns(engine, 4)(np.zeros((1, 8, 8), np.uint8))
    assert seen == [(4, 8, 8)]
    seen.clear()
    average_turns(engine, 4)(np.zeros((2, 8, 16), np.uint8))
    assert sorted(seen) == [(4, 8, 16), (4, 16, 8)]
