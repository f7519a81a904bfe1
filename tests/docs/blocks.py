"""The code of the site: fenced blocks of the README and of docs/, and what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Directly above a fence; the reason is for whoever reads the source.
_REASON = re.compile(r"<!-- not run: (.+) -->")

_FENCE = re.compile(r"(`{3,})\s*(\S*)")

#: Languages of blocks that nobody is meant to run.
_SHOWN = {"text", "yaml", "json", "csv", "html"}

#: The README carries no comments: page and first line of a block → why it is not run here.
_README = {
    "make demo    # sets up .venv, then `lungseg demo`: a synthetic chest to lungseg-demo/": (
        "it sets up an environment; CI runs `make test`, and the demo with the wheel alone"
    ),
    "from lungseg.manifest import read_manifest  # file,label,patient,split": (
        "it trains for minutes; examples/fine_tune.py runs the same on phantoms"
    ),
    "lungseg inspect scan.nii.gz series/ slice.png": (
        "it trains for minutes; tests/lungseg/cli runs each of the commands"
    ),
}


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, what it holds, and why it is not run."""

    page: str
    line: int
    language: str
    text: str
    reason: str | None = None

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """The README and every page of the site that a person wrote."""
    made = ROOT / "docs" / "generated"
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", *(page for page in found if made not in page.parents)]


def blocks_of(page: Path) -> list[Block]:
    """Read the shell and Python blocks of a page, in order."""
    lines = page.read_text("utf-8").splitlines()
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    found: list[Block] = []
    number = 0
    while number < len(lines):
        fence = _FENCE.match(lines[number].strip())
        number += 1
        if fence is None:
            continue
        start = number
        while lines[number].strip() != fence[1]:
            number += 1
        language = fence[2]
        if language in ("python", "sh"):
            reason = _reason(lines[: start - 1]) or _README.get(lines[start])
            text = "\n".join(lines[start:number]) + "\n"
            found.append(Block(name, start + 1, language, text, reason))
        elif language not in _SHOWN and not language.startswith("{"):
            raise ValueError(
                f"{name}:{start}: a block in {language or 'no language'!r}: name it sh or python, "
                f"or {', '.join(sorted(_SHOWN))} where it is only shown"
            )
        number += 1
    return found


def _reason(before: list[str]) -> str | None:
    """Read the comment above a fence; an empty line may lie between."""
    above = [line.strip() for line in before[-2:]]
    if above and not above[-1]:
        above.pop()
    found = _REASON.fullmatch(above[-1]) if above else None
    return found[1] if found else None
