"""Running a trained masker: engines, views, slices in, probabilities out."""
