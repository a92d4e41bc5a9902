"""The file of a backup: what is not exactly what was written is refused, in words, whatever is wrong with it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripter.backup.archive import FORMAT, BadArchive, Header, Reader, Writer

HEADER = Header("2026-11-22T12:00:00.000000Z", "0.1.0", "0003", "abc", False, {"users": ["id"]}, {"users": 1})


def written(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    writer = Writer(target, HEADER)
    for name, content in members.items():
        writer.add_bytes(name, content)
    writer.finish()
    return target.getvalue()


def read(archive: bytes) -> dict[str, bytes]:
    return {member.name: member.content.read() for member in Reader(io.BytesIO(archive)).members()}


MEMBERS = {"database/users/000001.jsonl": b"[1]\n" * 5000, "objects/a": random.Random(1).randbytes(3000), "empty": b""}
WHOLE = written(MEMBERS)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,20}(/[a-z]{1,20})?", fullmatch=True), st.binary(max_size=3000), max_size=5)
)
def test_what_was_written_is_read(members: dict[str, bytes]) -> None:
    assert read(written(members)) == members


@pytest.mark.parametrize("blocks", range(tarfile.RECORDSIZE // tarfile.BLOCKSIZE + 1))
def test_an_archive_may_end_anywhere_in_a_record_of_tar(blocks: int) -> None:
    members = {"one": b"x" * blocks * tarfile.BLOCKSIZE}
    assert read(written(members)) == members


def test_the_header_comes_first_and_tells_what_it_is() -> None:
    assert Reader(io.BytesIO(WHOLE)).header == HEADER


def test_common_tools_can_read_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(WHOLE), mode="r:gz") as archive:
        assert archive.getnames() == ["header.json", *MEMBERS, "manifest.json"]


@given(st.integers(0, len(WHOLE) - 1))
def test_a_backup_that_ends_too_early_is_refused(length: int) -> None:
    with pytest.raises(BadArchive):
        read(WHOLE[:length])


# The rest of gzip's header tells the time, the system and how well it is packed, and nothing that anybody reads.
@given(st.integers(10, len(WHOLE) - 1), st.integers(1, 255))
def test_a_byte_that_has_changed_is_noticed(place: int, change: int) -> None:
    broken = bytearray(WHOLE)
    broken[place] ^= change
    try:
        found = read(bytes(broken))
    except BadArchive:
        return
    # Some bits of the packing can be written in more than one way; what comes out is then what was put in.
    assert found == MEMBERS


@given(st.binary(max_size=2000))
def test_what_is_no_backup_is_refused(content: bytes) -> None:
    for archive in (content, gzip.compress(content)):
        with pytest.raises(BadArchive):
            read(archive)


def forged(change: Callable[[tarfile.TarFile], None], *, header: bytes | None = None) -> bytes:
    """A backup made by hand, with a manifest that is right about what it names."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        first = json.dumps({"format": FORMAT, **HEADER._asdict()}).encode() if header is None else header
        add(archive, "header.json", first)
        change(archive)
        sums = {"header.json": [len(first), hashlib.sha256(first).hexdigest()]}
        add(archive, "manifest.json", json.dumps({"members": sums}).encode())
    return target.getvalue()


def add(
    archive: tarfile.TarFile, name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    archive.addfile(info, io.BytesIO(content))


def test_a_backup_made_by_hand_can_be_right() -> None:
    assert read(forged(lambda _: None)) == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda archive: add(archive, "x", b"more"), "added to it"),
        (lambda archive: add(archive, "x", kind=tarfile.SYMTYPE, link="/etc/passwd"), "no plain file"),
        (lambda archive: add(archive, "x", kind=tarfile.LNKTYPE, link="header.json"), "no plain file"),
        (lambda archive: add(archive, "x", kind=tarfile.CHRTYPE), "no plain file"),
        (lambda archive: add(archive, "x", kind=tarfile.FIFOTYPE), "no plain file"),
        (lambda archive: add(archive, "x", kind=tarfile.DIRTYPE), "no plain file"),
        # Names that are too long for a header come in a member of their own, which is read into memory as a whole.
        (lambda archive: add(archive, "x" * 5000), "no plain file"),
        (lambda archive: add(archive, "header.json", b"{}"), "twice"),
    ],
)
def test_what_scripter_does_not_write_is_refused(change: Callable[[tarfile.TarFile], None], words: str) -> None:
    with pytest.raises(BadArchive, match=words):
        read(forged(change))


@pytest.mark.parametrize(
    "header",
    [b"", b"[]", b"{}", b'{"format": "1"}', b'{"format": 1}', b"[" * 100_000,
     json.dumps({"format": 1, **HEADER._asdict(), "tables": []}).encode(),
     json.dumps({"format": 1, **HEADER._asdict(), "tables": {"users": "id"}}).encode(),
     json.dumps({"format": 1, **HEADER._asdict(), "last_ids": {"users": "1; DROP TABLE"}}).encode(),
     json.dumps({"format": 1, **HEADER._asdict(), "made_at": 5}).encode()],
)  # fmt: skip
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(BadArchive, match="header"):
        read(forged(lambda _: None, header=header))


def test_a_backup_of_a_newer_form_says_which_version_reads_it() -> None:
    header = json.dumps({"format": FORMAT + 1, "version": "9.1.0", "new": True}).encode()
    with pytest.raises(BadArchive, match=r"newer version of Scripter \(9\.1\.0\)"):
        read(forged(lambda _: None, header=header))


def test_content_with_another_sum_is_named() -> None:
    target = io.BytesIO()
    writer = Writer(target, HEADER)
    writer.add_bytes("objects/a", b"one")
    writer._sums["objects/a"] = [3, hashlib.sha256(b"two").hexdigest()]
    writer.finish()
    with pytest.raises(BadArchive, match="objects/a in the backup is not what was put into it"):
        read(target.getvalue())


def test_nothing_may_follow_the_end() -> None:
    with pytest.raises(BadArchive):
        read(WHOLE + b"more")
    with pytest.raises(BadArchive, match="follows the end"):
        read(WHOLE + gzip.compress(b"\0" * 100_000))


def test_huge_text_is_refused_before_it_is_read() -> None:
    info = tarfile.TarInfo("header.json")
    info.size = 1 << 40
    with pytest.raises(BadArchive, match="larger than anything"):
        read(gzip.compress(info.tobuf(tarfile.GNU_FORMAT)))
