"""DICOM: single files, and folders in which a series has to be found."""

from lungseg.io.dicom.files import SUFFIXES, is_dicom
from lungseg.io.dicom.series import frames_at, read_file, read_folder

__all__ = ["SUFFIXES", "frames_at", "is_dicom", "read_file", "read_folder"]
