"""Voxels that know their geometry: a CT scan and the mask of its lungs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lungseg.geometry import (
    Affine,
    AxialOrder,
    axial_affine,
    axial_order,
    moved_origin,
    spacing_of,
)

if TYPE_CHECKING:
    import SimpleITK
    from typing_extensions import Self

    from lungseg.doctor import Finding

Units = Literal["HU", "display"]

#: What made a mask: the network, the classical fallback, nothing, or somebody else.
MaskMethod = Literal["network", "classical", "none", "given"]

#: Voxel type of each unit.
DTYPES: dict[str, type[np.generic]] = {"HU": np.int16, "display": np.uint8}

#: What air looks like in each unit.
AIR: dict[str, int] = {"HU": -1000, "display": 0}


@dataclass(frozen=True, eq=False, repr=False)
class _Grid:
    """What a scan and its mask share: voxels, and where they lie."""

    voxels: NDArray[Any]
    affine: Affine | None = None
    source: str = "array"

    def __post_init__(self) -> None:
        # Views, so that freezing them does not freeze what the caller holds.
        voxels = self.voxels.view()
        voxels.flags.writeable = False
        object.__setattr__(self, "voxels", voxels)
        if self.affine is not None:
            affine = np.array(self.affine, np.float64)
            affine.flags.writeable = False
            object.__setattr__(self, "affine", affine)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Size along each axis of the array."""
        return self.voxels.shape

    @property
    def spacing(self) -> tuple[float, float, float] | None:
        """Voxel size in mm along each axis of the array; None where it is not known."""
        return None if self.affine is None else spacing_of(self.affine)

    @property
    def voxel_ml(self) -> float | None:
        """Volume of a voxel in mL; None where the spacing is not known."""
        if self.affine is None:
            return None
        return float(abs(np.linalg.det(self.affine[:3, :3])) / 1000)

    @property
    def order(self) -> AxialOrder:
        """How to turn the array to upright axial slices and back."""
        return axial_order(self.affine)

    def axial(self) -> NDArray[Any]:
        """Voxels as upright axial slices: feet to head, front to back, right to left.

        Returns
        -------
        array of shape (slices, rows, columns)
            A view; turn it back with ``order.undo``.
        """
        return self.order.apply(self.voxels)

    def to_simpleitk(self) -> SimpleITK.Image:
        """Hand the voxels to SimpleITK, where they lie.

        Returns
        -------
        SimpleITK.Image
            A copy, with spacing, origin and direction; with voxels of one millimetre from the
            origin on where the affine is not known.

        Examples
        --------
        >>> import lungseg
        >>> scan, mask = lungseg.phantom(slices=2, size=64, return_mask=True)
        >>> mask.to_simpleitk().GetSpacing() == scan.spacing[::-1]
        True
        """
        from lungseg.io.writer import to_simpleitk

        return to_simpleitk(self)

    def cut(self, box: tuple[slice, ...]) -> Self:
        """Cut a part out, which knows where it lies.

        Parameters
        ----------
        box : tuple of 3 slices
            One for each axis of the array, with start and stop.
        """
        affine = self.affine
        if affine is not None:
            affine = moved_origin(affine, [side.start for side in box])
        return replace(self, voxels=np.ascontiguousarray(self.voxels[box]), affine=affine)


@dataclass(frozen=True, eq=False, repr=False)
class Scan(_Grid):
    """A CT scan, or one picture of it; immutable.

    Made by `Scan.read` (files and folders) or `Scan.from_array`.

    Parameters
    ----------
    voxels : array of shape (slices, rows, columns)
        int16 Hounsfield units or uint8 display grey, in the file's own grid.
    affine : array of shape (4, 4), optional
        From voxel index, in the order of the array's axes, to millimetres in RAS+.
        None for a picture, whose geometry is unknown.
    source : str
        Where it came from: for messages.
    units : {"HU", "display"}
    findings : tuple of Finding
        What the doctor noticed when it was read.
    parts : int
        So many consecutive axial slices show parts of one slice of the patient, as the
        two halves that `lungseg.preprocess.Halves` makes; they are taken together.

    Examples
    --------
    >>> import numpy as np
    >>> ramp = np.linspace(-1000, 400, 2 * 64 * 64).reshape(2, 64, 64)
    >>> Scan.from_array(ramp, units="HU", spacing=(5, 0.7, 0.7))
    Scan(2×64×64, HU, 5×0.7×0.7 mm, 'array')
    """

    units: Units = "HU"
    findings: tuple[Finding, ...] = field(default=(), kw_only=True)
    parts: int = field(default=1, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.units not in DTYPES:
            raise ValueError(f"units must be one of {sorted(DTYPES)}, got {self.units!r}")
        if self.voxels.ndim != 3 or self.voxels.dtype != DTYPES[self.units]:
            raise ValueError(
                f"a scan in {self.units} holds 3-D {np.dtype(DTYPES[self.units])} voxels, got "
                f"{self.voxels.ndim}-D {self.voxels.dtype}; use Scan.from_array to convert"
            )
        if self.parts < 1 or self.shape[self.order.axes[0]] % self.parts:
            raise ValueError(
                f"{self.shape[self.order.axes[0]]} slices cannot be {self.parts} parts of each"
            )

    @classmethod
    def read(cls, path: str | Path) -> Scan:
        """Read a file or a folder of DICOM files; see `lungseg.read`."""
        from lungseg.io.reader import read

        return read(path)

    @classmethod
    def from_array(
        cls,
        array: ArrayLike,
        *,
        units: Units | None = None,
        spacing: Sequence[float] | None = None,
        affine: ArrayLike | None = None,
        source: str = "array",
    ) -> Scan:
        """Make a scan of an array, after the doctor has looked at it.

        Parameters
        ----------
        array : array of shape (rows, columns) or (slices, rows, columns)
        units : {"HU", "display"}, optional
            Found from the values where it is not given.
        spacing : sequence of float, optional
            Millimetres along each axis of the array: upright axial slices are assumed.
        affine : array of shape (4, 4), optional
            From voxel index to millimetres in RAS+; stands above ``spacing``.
        source : str
            Name used in messages.

        Returns
        -------
        Scan

        Raises
        ------
        lungseg.InputError
            If the array cannot be a CT scan.
        """
        from lungseg.io.reader import scan_from_array

        if affine is None and spacing is not None:
            steps = tuple(float(step) for step in spacing)
            affine = axial_affine((1.0, *steps) if len(steps) == 2 else steps)  # type: ignore[arg-type]
        return scan_from_array(
            np.asarray(array),
            units=units,
            affine=None if affine is None else np.asarray(affine, np.float64),
            source=source,
        )

    @property
    def air(self) -> int:
        """Value of air in this scan's units."""
        return AIR[self.units]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the doctor warned of, one line each."""
        return tuple(str(finding) for finding in self.findings if finding.severity == "warning")

    def with_voxels(self, voxels: NDArray[Any], affine: Affine | None = None) -> Scan:
        """Return a scan with other voxels; of the same geometry where the shape is kept."""
        if affine is None and voxels.shape == self.shape:
            affine = self.affine
        return replace(self, voxels=voxels.astype(DTYPES[self.units], copy=False), affine=affine)

    def with_finding(self, finding: Finding) -> Scan:
        """Return the scan with one thing more that was noticed; nothing is said twice."""
        if finding in self.findings:
            return self
        return replace(self, findings=(*self.findings, finding))

    def as_display(self, grey: NDArray[np.uint8]) -> Scan:
        """Return a scan in display grey, of the same shape and geometry."""
        return replace(self, voxels=grey, units="display")

    def __repr__(self) -> str:
        size = "×".join(map(str, self.shape))
        steps = self.spacing
        mm = "no spacing" if steps is None else "×".join(f"{step:g}" for step in steps) + " mm"
        return f"Scan({size}, {self.units}, {mm}, {self.source!r})"


@dataclass(frozen=True, eq=False, repr=False)
class LungMask(_Grid):
    """The lungs of a scan, in the scan's own grid; immutable.

    Parameters
    ----------
    voxels : uint8 array of shape (slices, rows, columns)
        0 background, 1 right lung, 2 left lung; 1 alone where the sides cannot be told.
    affine : array of shape (4, 4), optional
        As in `Scan`.
    source : str
        The scan it belongs to.
    confidence : float
        Dice that is expected of the mask, 0 to 1: estimated without the truth.
    warnings : tuple of str
        What the masker noticed.
    method : {"network", "classical", "none", "given"}
        What made the mask: the network; threshold and body contour, where the network
        was in doubt; nothing, and the mask was left empty; or whoever made what was read.

    Examples
    --------
    >>> import numpy as np
    >>> LungMask(np.ones((1, 2, 2), np.uint8), confidence=0.9)
    LungMask(1×2×2, lungs 100.0 %, confidence 0.90, 'array')
    """

    confidence: float = 1.0
    warnings: tuple[str, ...] = ()
    method: MaskMethod = "network"

    @classmethod
    def read(cls, mask: Any, scan: Scan) -> LungMask:
        """Take a mask that a person or another program has made.

        A `MaskedScan` of scan and mask goes wherever a scan goes: no lungs are looked for then.

        Parameters
        ----------
        mask : path, array or image
            0 background, 1 right lung, 2 left lung, as lungmask has them too. Where there are
            other numbers, lobes for example, all that is not 0 is lung, and no side is told.
        scan : Scan
            The scan it belongs to. A mask whose header says that its axes run otherwise is
            turned round.

        Returns
        -------
        LungMask

        Raises
        ------
        lungseg.InputError
            If it cannot be read, or lies in another grid than the scan.

        Examples
        --------
        >>> import lungseg
        >>> scan, truth = lungseg.phantom(slices=2, size=64, return_mask=True)
        >>> LungMask.read(truth.to_simpleitk(), scan).method
        'given'
        """
        from lungseg.io.masks import read_lungs

        return cls(read_lungs(mask, scan), scan.affine, scan.source, method="given")

    @property
    def lungs(self) -> NDArray[np.bool_]:
        """Both lungs as one boolean array."""
        return self.voxels > 0

    def volume_ml(self) -> float | None:
        """Volume of the lungs in mL; None where the spacing is not known."""
        size = self.voxel_ml
        return None if size is None else float(self.lungs.sum() * size)

    def save(self, path: str | Path) -> Path:
        """Write the mask, in the scan's geometry.

        Parameters
        ----------
        path : str or Path
            ``.nii``, ``.nii.gz``, ``.nrrd`` or ``.mha``; ``.png`` for a single slice (a
            palette picture whose values are those of ``voxels``); ``.dcm`` for a DICOM
            segmentation, if the scan was read from a DICOM series.

        Returns
        -------
        Path
            The file written. It appears whole or not at all.

        Raises
        ------
        lungseg.InputError
            If the format is not known, or cannot hold the mask.
        ModuleNotFoundError
            If ``.dcm`` is asked for and highdicom, the extra ``dicom-seg``, is not there.
        """
        from lungseg.io.writer import save_mask

        return save_mask(self, Path(path))

    def __repr__(self) -> str:
        size = "×".join(map(str, self.shape))
        share = 100 * float(self.lungs.mean())
        return (
            f"LungMask({size}, lungs {share:.1f} %, confidence {self.confidence:.2f}, "
            f"{self.source!r})"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Heatmap(_Grid):
    """How much each voxel of a scan speaks for a class, in the scan's grid; immutable.

    Made by `Pipeline.explain` and `CTClassifier.explain`.

    Parameters
    ----------
    voxels : float32 array of shape (slices, rows, columns)
        0 to 1 in each slice that was looked at; between two of them interpolated.
    affine : array of shape (4, 4), optional
        As in `Scan`.
    source : str
        The scan it belongs to.
    label : object
        The class.

    Examples
    --------
    >>> import numpy as np
    >>> Heatmap(np.zeros((1, 2, 2), np.float32), label="ill")
    Heatmap(1×2×2, 'ill', 'array')
    """

    label: Any = None

    def __repr__(self) -> str:
        size = "×".join(map(str, self.shape))
        return f"Heatmap({size}, {self.label!r}, {self.source!r})"


class MaskedScan(NamedTuple):
    """A scan together with the mask of its lungs: what passes from masker to ROI.

    Where a scan is taken, it may bring its mask: then no other is looked for.

    Parameters
    ----------
    scan : Scan
    mask : LungMask
        In the scan's own grid.
    """

    scan: Scan
    mask: LungMask
