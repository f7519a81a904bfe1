"""Figures of disease: how much of the lungs is infected, where, and how dense they are."""
