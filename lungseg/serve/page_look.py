"""How the page looks: fonts and colours of the machine it is seen on, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from gradio.themes import Base
from gradio.themes.utils import colors, sizes

# Gradio's own themes name fonts that it would have to send along.
THEME = Base(
    primary_hue=colors.sky,
    secondary_hue=colors.sky,
    neutral_hue=colors.slate,
    radius_size=sizes.radius_md,
    font=("system-ui", "sans-serif"),
    font_mono=("ui-monospace", "monospace"),
)

CSS = (Path(__file__).parent / "page.css").read_text("utf-8")
