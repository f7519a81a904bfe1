"""Shell blocks, run in this process or parsed without running."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator

import pytest
from typer.main import get_command

from lungseg.cli import main, make_app
from tests.docs.blocks import ROOT, Block

_ASSIGNMENT = re.compile(r"[A-Z_]+=.*", re.DOTALL)


def commands_of(block: Block) -> Iterator[list[str]]:
    """Words of one command after the other; variables that the block sets are put in.

    Others, as ``$DATA``, become their own name.
    """
    known: dict[str, str] = {}
    for line in _logical_lines(block.text):
        whole = re.sub(r"\$([A-Z_]+)", lambda match: known.get(match[1], match[1]), line)
        words = shlex.split(whole, comments=True)
        given = []
        while words and _ASSIGNMENT.fullmatch(words[0]):
            given.append(words.pop(0))
        if words:
            yield words
        else:
            known.update(one.split("=", 1) for one in given)


def _logical_lines(text: str) -> list[str]:
    """Lines, joined where one goes on: by a backslash, or within quotes."""
    lines: list[str] = []
    open_line = ""
    for line in text.splitlines():
        open_line += line[:-1] if line.endswith("\\") else line
        if line.endswith("\\") or open_line.split("#")[0].count('"') % 2:
            open_line += " "
            continue
        lines.append(open_line)
        open_line = ""
    assert not open_line.strip(), f"the block ends within a command: {open_line}"
    return lines


def run(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the commands of a block; each must end well."""
    for words in commands_of(block):
        assert words[0] == "lungseg", f"{block.place}: only lungseg runs here, not {words[0]}"
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, None), f"{block.place}: {' '.join(words)}"


def check(block: Block) -> None:
    """Make sure that what a block names of this repository is there, without running it."""
    for words in commands_of(block):
        if words[0] == "lungseg":
            group = get_command(make_app())
            assert words[1] in group.commands, f"{block.place}: there is no lungseg {words[1]}"
            group.commands[words[1]].make_context(words[1], words[2:])
        elif words[0] == "python" and words[1].endswith(".py"):
            assert (ROOT / words[1]).is_file(), f"{block.place}: {words[1]} is not there"
        elif words[0] == "make":
            makefile = (ROOT / "Makefile").read_text("utf-8")
            assert f"\n{words[1]}:" in makefile, f"{block.place}: make has no {words[1]}"
