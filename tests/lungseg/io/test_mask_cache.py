from __future__ import annotations

import subprocess
import sys

import numpy as np
from sklearn.base import clone

import lungseg
from lungseg.inference.finder import Finder
from lungseg.io.mask_cache import MaskCache


def scan_of(value: int) -> lungseg.Scan:
    voxels = np.full((1, 64, 64), value, np.uint8)
    voxels[0, 5:30, 5:30] = 200
    return lungseg.Scan(voxels, units="display")


def test_no_scan_is_masked_twice(masker, chest, tmp_path, monkeypatch) -> None:
    scan, _ = chest
    keeping = clone(masker).set_params(cache=tmp_path / "masks")
    first = keeping.predict([scan])[0]

    def never(self, scan):
        raise AssertionError("masked a second time")

    monkeypatch.setattr(Finder, "find", never)
    again = keeping.predict([scan])[0]
    assert np.array_equal(again.voxels, first.voxels)
    assert (again.confidence, again.method) == (first.confidence, first.method)


def test_another_masker_or_another_scan_is_another_mask(tmp_path) -> None:
    cache = MaskCache(tmp_path, "one")
    cache.put(scan_of(0), lungseg.LungMask(np.ones((1, 64, 64), np.uint8)))
    assert cache.get(scan_of(0)) is not None
    assert cache.get(scan_of(1)) is None
    assert MaskCache(tmp_path, "two").get(scan_of(0)) is None


def test_warnings_name_the_scan_they_are_asked_for(tmp_path) -> None:
    cache = MaskCache(tmp_path, "one")
    mask = lungseg.LungMask(np.ones((1, 64, 64), np.uint8), warnings=("array: doubtful",))
    cache.put(scan_of(0), mask)
    other = lungseg.Scan(scan_of(0).voxels, source="b.png", units="display")
    assert cache.get(other).warnings == ("b.png: doubtful",)


def test_a_broken_file_is_made_again_and_the_folder_stays_small(tmp_path) -> None:
    cache = MaskCache(tmp_path, "one", limit_mb=0.002)
    rng = np.random.default_rng(0)
    for value in range(6):
        noise = rng.integers(0, 3, (1, 64, 64), np.uint8)
        cache.put(scan_of(value), lungseg.LungMask(noise))
    files = list(tmp_path.glob("*.npz"))
    assert sum(file.stat().st_size for file in files) <= 2000
    for file in files:
        file.write_bytes(b"PK\x03\x04 not whole")
    assert cache.get(scan_of(5)) is None


def test_two_processes_share_a_folder(tmp_path) -> None:
    code = (
        "import sys, numpy as np, lungseg; from lungseg.io.mask_cache import MaskCache\n"
        "cache = MaskCache(sys.argv[1], 'one', limit_mb=0.01)\n"
        "for n in range(60):\n"
        "    voxels = np.full((1, 64, 64), n % 20, np.uint8)\n"
        "    scan = lungseg.Scan(voxels, units='display')\n"
        "    if (mask := cache.get(scan)) is None:\n"
        "        cache.put(scan, lungseg.LungMask(voxels % 3))\n"
        "    else:\n"
        "        assert np.array_equal(mask.voxels, voxels % 3)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(words) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert not list(tmp_path.glob(".lungseg-*"))
