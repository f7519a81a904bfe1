"""Make sure that a built site asks nothing of the network.

python docs/check_offline.py build/docs

Links that a reader may follow are fine; whatever a browser loads by itself is not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_LOADED = re.compile(
    r"""<(?:script|link|img|iframe|source|embed|object|video|audio)\b[^>]*"""
    r"""\b(?:src|href|srcset|data)\s*=\s*["']?(?:https?:)?//[^"'\s>]+""",
    re.IGNORECASE,
)
_STYLES = re.compile(r"""(?:@import\s*|url\()\s*["']?(?:https?:)?//[^"')\s]+""", re.IGNORECASE)


def main() -> int:
    folder = Path(sys.argv[1])
    asked = [
        f"{path.relative_to(folder)}: {found}"
        for pattern, rule in (("*.html", _LOADED), ("*.css", _STYLES))
        for path in sorted(folder.rglob(pattern))
        for found in rule.findall(path.read_text("utf-8"))
    ]
    print("\n".join(asked) or f"{folder} loads nothing from the network")
    return 1 if asked or not any(folder.glob("*.html")) else 0


if __name__ == "__main__":
    sys.exit(main())
