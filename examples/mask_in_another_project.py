"""Use lungseg only to find lungs: mean HU of each lung of a scan."""

from __future__ import annotations

import sys

import lungseg


def main() -> None:
    scan = lungseg.read(sys.argv[1]) if len(sys.argv) > 1 else lungseg.phantom(slices=16, size=128)
    mask = lungseg.LungMasker.from_pretrained().predict([scan])[0]
    print(f"{scan}\n{mask}")
    for side, name in ((1, "right"), (2, "left")):
        lung = scan.voxels[mask.voxels == side]
        if lung.size:
            print(f"{name} lung: mean {lung.mean():.0f} {scan.units}, {lung.size} voxels")


if __name__ == "__main__":
    main()
