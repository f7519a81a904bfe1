from __future__ import annotations

import numpy as np
import pytest

from lungseg.inference.mark import mark_slices
from lungseg.inference.view import choose_views
from lungseg.preprocess.body_box import body_box
from lungseg.preprocess.letterbox import Letterbox


def test_the_body_of_a_phantom_is_shown_whole(chest) -> None:
    scan, truth = chest
    (view,) = choose_views(scan.axial(), 64)
    assert view.box is not None
    shown = np.zeros(scan.shape[1:], bool)
    shown[view.box] = True
    assert truth.axial().any(axis=0)[~shown].sum() == 0
    assert shown.mean() < 0.9


def test_frames_of_volumes_are_few_and_of_pictures_one(chest) -> None:
    scan, _ = chest
    frame = choose_views(scan.axial(), 64)[0].frame
    assert max(frame) == 64
    assert all(side % 32 == 0 for side in frame)
    assert choose_views(scan.axial()[:1], 64)[0].frame == (64, 64)


def test_lungs_are_as_large_in_a_whole_body_as_in_a_picture_cropped_to_them(chest) -> None:
    scan, truth = chest
    middle = len(scan.axial()) // 2
    one, lungs = scan.axial()[middle : middle + 1], truth.axial()[middle] > 0
    rows, columns = (slice(x.min(), x.max() + 1) for x in np.nonzero(lungs))
    near = np.where(lungs, one[0], 40)[rows, columns][None]
    whole, cropped = (choose_views(part, 160, body_scale=1.2)[0] for part in (one, near))
    assert whole.box is not None
    assert cropped.box is None
    assert (whole.frame, cropped.frame) == ((192, 192), (160, 160))
    # A body that fills the picture is as near as one that is cut off.
    filled = np.zeros((1, 120, 160), np.uint8)
    filled[0, 2:-2, 2:-2] = 180
    (close,) = choose_views(filled, 160, body_scale=1.2)
    assert close.box is not None
    assert close.frame == (160, 160)


def test_a_slice_of_few_pixels_has_a_smaller_frame() -> None:
    few = np.full((1, 40, 50), 100, np.uint8)
    frames = {times: choose_views(few, 320, enlarge=times)[0].frame for times in (1, 3, 4.5, 10)}
    assert frames == {1: (96, 96), 3: (160, 160), 4.5: (256, 256), 10: (320, 320)}


def test_frames_of_several_sizes_show_the_same_and_keep_to_the_other_rules(chest) -> None:
    one = chest[0].axial()[6:7]
    views = choose_views(one, 160, (1, 1.5, 0.8), body_scale=1.2)
    assert [view.frame for view in views] == [(192, 192), (288, 288), (160, 160)]
    assert len({str(view.box) for view in views}) == 1
    # A frame that would enlarge too far is as large as it may be, and is taken once.
    few = np.full((1, 40, 50), 100, np.uint8)
    frames = [view.frame for view in choose_views(few, 128, (1, 1.2, 1.5, 3), enlarge=3)]
    assert frames == [(128, 128), (160, 160)]


def test_the_size_of_the_network_itself_stays_as_it_is() -> None:
    grey = np.full((1, 200, 200), 100, np.uint8)
    assert [view.frame for view in choose_views(grey, 72, (1, 1.3))] == [(72, 72), (96, 96)]


def test_nothing_is_cut_off_a_picture_cropped_to_the_lungs() -> None:
    # Lungs open to the border: what is dark there is not air around the patient.
    grey = np.full((120, 160), 20, np.uint8)
    grey[:, 70:90] = 180
    grey[:6] = grey[-6:] = 180
    assert body_box(grey) is None
    assert choose_views(grey[None], 64)[0].box is None


@pytest.mark.parametrize("frame", [32, (32, 64)])
@pytest.mark.parametrize("box", [None, (slice(10, 70), slice(5, 100))])
def test_a_letterbox_brings_marks_back_to_their_place(frame, box) -> None:
    view = Letterbox((80, 120), frame, box)
    square = np.zeros((80, 120), np.uint8)
    square[30:60, 40:90] = 255
    back = view.undo(view.apply(square)) > 127
    assert back.shape == square.shape
    overlap = 2 * (back & (square > 0)).sum() / (back.sum() + (square > 0).sum())
    assert overlap > 0.93


def test_slices_far_from_any_lung_are_never_marked() -> None:
    seen: list[int] = []

    def engine(grey: np.ndarray) -> np.ndarray:
        seen.append(len(grey))
        return (grey > 200).astype(np.float32)

    volume = np.random.default_rng(0).integers(0, 50, (200, 64, 64), np.uint8)
    volume[80:110, 20:40, 20:40] = 255
    marks = mark_slices(volume, Letterbox((64, 64), 32), engine)
    assert np.flatnonzero(marks.any(axis=(1, 2))).tolist() == list(range(80, 110))
    assert sum(seen) < 100


def test_a_volume_of_nothing_is_not_marked_at_all() -> None:
    def engine(grey: np.ndarray) -> np.ndarray:
        raise AssertionError("there is nothing to mark")

    assert not mark_slices(np.zeros((50, 64, 64), np.int16), Letterbox((64, 64), 32), engine).any()
