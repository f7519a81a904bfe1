"""The chain of masker, ROI and classifier."""
