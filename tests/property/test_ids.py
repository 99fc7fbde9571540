"""Names under every text that can be made of them: one id, one text, one path, one folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import many_ids, mir_ids

from mirld.errors import IdError
from mirld.grammar import MAX_LENGTH, stop
from mirld.ids import MirId

BASE = "https://w3id.org/mir/"

# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file: what may not stand in a name, and device names,
# which are kept with any ending; the superscripts count as digits there.
REFUSED_CHARACTERS = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)


def refused_by_windows(path: str) -> bool:
    """Whether a Windows file system refuses a path below a folder of 40 characters."""
    longest = 40 + len("\\") + len(path) + len("\\index.jsonld")
    return longest >= 260 or any(
        not segment
        or len(segment) > 255
        or segment[-1] in ". "
        or REFUSED_CHARACTERS.search(segment) is not None
        or DEVICES.fullmatch(segment.partition(".")[0].rstrip(" ")) is not None
        for segment in path.split("/")
    )


@pytest.mark.parametrize("path", ["con", "a/NUL.txt", "a/com1.b.c", "a.", "a/b:c", "a//b", "x" * 206])
def test_the_windows_rules_refuse_something(path: str) -> None:
    """The checker that the test below leans on finds every kind of fault."""
    assert refused_by_windows(path)


def test_a_hundred_thousand_ids_have_folders_of_their_own() -> None:
    """No two share a folder after case folding and NFC, none is refused by Windows, and every way back is exact."""
    ids = many_ids(100_000, seed=20250323)
    folders = set()
    for mir_id in ids:
        path = mir_id.path
        assert MirId.parse(str(mir_id)) == mir_id
        assert MirId.from_path(path) == mir_id
        assert MirId.from_iri(mir_id.iri(BASE), BASE) == mir_id
        assert not refused_by_windows(mir_id.file_path), mir_id
        folders.add(unicodedata.normalize("NFC", mir_id.file_path.casefold()))
    assert len(folders) == len(ids) == 100_000


def test_no_folder_of_an_id_is_a_file_of_another() -> None:
    """The files of an entry's folder are index.html, index.ttl …; no entry below it may be called that."""
    for mir_id in many_ids(20_000, seed=7):
        assert not any(segment.partition(".")[0] == "index" for segment in mir_id.file_path.split("/"))


@given(mir_ids())
def test_a_canonical_text_is_read_alike_by_both(mir_id: MirId) -> None:
    """`find` agrees with `parse` wherever `parse` reads."""
    assert MirId.parse(str(mir_id)) == MirId.find(str(mir_id)) == mir_id


@given(mir_ids())
def test_find_reads_every_dress_of_an_id(mir_id: MirId) -> None:
    """Capitals, spaces, quotes, percent signs and the web add nothing to a name and take nothing away."""
    text = str(mir_id)
    dresses: list[Callable[[str], str]] = [
        str.upper,
        lambda text: f"  <{text}>\n",
        lambda text: f'"{text}"',
        lambda text: text.replace(":", " : ").replace("@", " @ "),
        lambda text: text.replace("mir:", "mir://", 1),  # a series may be called mir as well
        lambda text: "".join(f"%{ord(character):02X}" for character in text),
        lambda _: mir_id.iri(BASE),
        lambda _: mir_id.iri("http://localhost:8000/") + "/index.jsonld",
        lambda _: mir_id.path,
    ]
    for dress in dresses:
        try:
            assert MirId.find(dress(text)) == mir_id
        except IdError as error:
            # Only an address can have two readings: its architecture may be called like a domain.
            assert "two readings" in error.message
            assert mir_id.architecture in ("model", "info")


@given(mir_ids(), mir_ids())
def test_ids_have_one_order(one: MirId, two: MirId) -> None:
    """Exactly one of less, equal and greater holds, and equal ids have equal texts and paths."""
    assert (one < two) + (one == two) + (one > two) == 1
    assert (one == two) == (str(one) == str(two)) == (one.path == two.path)


@given(st.text(max_size=60) | st.from_regex(r"(?i)mir:[a-z.:@*\[\]/% -]{0,40}", fullmatch=True))
def test_any_text_is_an_id_or_an_error_with_a_place(text: str) -> None:
    """Both readers give an id or an IdError whose position is in the text, and whose suggestion is canonical."""
    for read in (MirId.parse, MirId.find):
        try:
            mir_id = read(text)
        except IdError as error:
            assert 0 <= error.position <= len(text)
            assert error.text == text
            assert error.suggestion is None or str(MirId.parse(error.suggestion)) == error.suggestion
        else:
            assert MirId.parse(str(mir_id)) == mir_id


@given(mir_ids(), st.data())
def test_the_position_is_how_far_some_id_goes(mir_id: MirId, data: st.DataObject) -> None:
    """A text cut anywhere is the beginning of an id; a character that no id holds is found where it stands."""
    text = str(mir_id)
    cut = data.draw(st.integers(0, len(text)))
    assert stop(text[:cut])[0] == cut
    wrong = text[:cut] + data.draw(st.sampled_from("A é/~*%\n")) + text[cut:]
    with pytest.raises(IdError) as caught:
        MirId.parse(wrong)
    assert caught.value.position == cut


@given(st.text(alphabet="con.~@/ab1", max_size=30).map(lambda text: f"model/unet/{text}"))
def test_a_path_that_reads_is_the_path_that_is_written(path: str) -> None:
    """`from_path` takes nothing that `path` does not give."""
    try:
        mir_id = MirId.from_path(path)
    except IdError as error:
        assert 0 <= error.position <= len(path)
    else:
        assert mir_id.path == path
        assert len(str(mir_id)) <= MAX_LENGTH
