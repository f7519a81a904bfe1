"""Every shell and Python block of the README and the site runs, or says why not.

Blocks of a page run in order, in one namespace, in a folder with phantom files; the reason of
one that does not stands directly above its fence: ``<!-- not run: it trains for hours -->``. Of
those the syntax is checked, and that the commands and options are there.
"""

from __future__ import annotations

import ast

import pytest

from lungseg.networks import registry
from tests.docs import shell
from tests.docs.blocks import Block, blocks_of, pages

BLOCKS = {page: blocks_of(page) for page in pages()}
RUN = [page for page, blocks in BLOCKS.items() if any(block.reason is None for block in blocks)]
NOT_RUN = [block for blocks in BLOCKS.values() for block in blocks if block.reason]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_the_blocks_of_a_page_run(page, workplace, quick, monkeypatch) -> None:
    # A network that a page registers is gone after it.
    monkeypatch.setattr(registry, "_NETWORKS", dict(registry._NETWORKS))
    namespace = {"__name__": "__main__"}
    for block in BLOCKS[page]:
        if block.reason:
            continue
        if block.language == "sh":
            shell.run(block, monkeypatch)
        else:
            # Padded, so that a traceback names the line of the page.
            code = "\n" * (block.line - 1) + block.text
            exec(compile(code, str(page), "exec"), namespace)


@pytest.mark.parametrize("block", NOT_RUN, ids=lambda block: block.place)
def test_a_block_that_is_not_run_is_sound(block: Block) -> None:
    assert len(block.reason) > 10
    if block.language == "sh":
        shell.check(block)
    else:
        ast.parse(block.text)


def test_what_is_wrong_is_found(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- not run: it needs a reason -->\n```sh\nlungseg mask a.png --oot b\n```\n")
    (block,) = blocks_of(page)
    assert block.reason == "it needs a reason"
    with pytest.raises(Exception, match="--oot"):
        shell.check(block)
    page.write_text("<!-- not run: far away -->\n\nText.\n```python\n1 +\n```\n")
    (block,) = blocks_of(page)
    assert block.reason is None
    page.write_text("```\nls\n```\n")
    with pytest.raises(ValueError, match="no language"):
        blocks_of(page)
