"""Triples into a store of SPARQL.

As text, since that is written and read in half the time that making a node for each term takes; and a little of it at a
time, since memory that was just let go costs less than new.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import pyoxigraph

from mirld.graph.dataset import Block
from mirld.graph.ntriples import write_blocks

_SUBJECTS = 200
"""Subjects whose triples are written and read at a time."""


def fill(store: pyoxigraph.Store, blocks: Iterable[Block]) -> None:
    """Add what is said of some subjects to the default graph of a store."""
    rest = (block for block in blocks if block[1])
    while some := list(islice(rest, _SUBJECTS)):
        add_text(store, write_blocks(some).encode())


def add_text(store: pyoxigraph.Store, text: bytes) -> None:
    """Add what N-Triples or N-Quads say, written by us or by a store: no term of them is looked at again."""
    store.load(text, pyoxigraph.RdfFormat.N_QUADS, lenient=True)
