"""Uploaded parts become files: a zip archive is unpacked here, by our own rules and never onto the disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Sequence

from scripter.filestore.rules import MAX_BINARY_BYTES, MAX_FILES, MAX_TOTAL_BYTES, SourceFile, in_words
from scripter.lib.errors import BadInput, FieldError, TooLarge

MAX_RATIO = 100
# Below this size a high ratio is harmless: a few kilobytes of spaces pack very well.
_RATIO_FROM_BYTES = 64 * 1024
_CHUNK = 64 * 1024
# What macOS adds to every archive; nobody means to upload it.
_UNMEANT = ("__MACOSX/", ".DS_Store")


def unpack(parts: Sequence[SourceFile]) -> list[SourceFile]:
    """The files that were meant: the parts themselves, or what is in them if there is one part, named `*.zip`.

    The rules of `check` still have to be applied to the outcome.

    Raises:
        BadInput, TooLarge: naming the entry of the archive and what is wrong with it.
    """
    if not parts:
        raise BadInput.at("files", "Send at least one file, in a multipart part named files.")
    if len(parts) == 1 and parts[0].path.lower().endswith(".zip"):
        return _unzip(parts[0].content)
    return list(parts)


def merge(present: Sequence[SourceFile], added: Sequence[SourceFile]) -> list[SourceFile]:
    """`present` with `added` put in: the same path is replaced, everything else stays."""
    replaced = {file.path for file in added}
    return [file for file in present if file.path not in replaced] + list(added)


def _unzip(content: bytes) -> list[SourceFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, UnicodeError, ValueError) as error:
        raise _refused(f"This is not a whole zip archive: {error}.") from error


def _members(archive: zipfile.ZipFile) -> list[SourceFile]:
    wanted = [one for one in archive.infolist() if not _unmeant(one)]
    if len(wanted) > 2 * MAX_FILES:
        raise _too_large(f"The archive has {len(wanted)} entries; at most {MAX_FILES} files are allowed.")
    _check_declared(wanted)
    files: list[SourceFile] = []
    left = MAX_TOTAL_BYTES
    for one in wanted:
        _check_member(one)
        if one.is_dir():
            continue
        content = _read(archive, one, min(left, MAX_BINARY_BYTES))
        left -= len(content)
        files.append(SourceFile(one.filename, content))
    if not files:
        raise _refused("There are no files in the archive.")
    return files


def _unmeant(one: zipfile.ZipInfo) -> bool:
    return one.filename.startswith(_UNMEANT[0]) or one.filename.rsplit("/", 1)[-1] == _UNMEANT[1]


def _check_declared(wanted: Sequence[zipfile.ZipInfo]) -> None:
    total = sum(one.file_size for one in wanted)
    if total > MAX_TOTAL_BYTES:
        raise _too_large(
            f"Unpacked, the archive has {in_words(total)}; at most {in_words(MAX_TOTAL_BYTES)} are allowed."
        )


def _check_member(one: zipfile.ZipInfo) -> None:
    if one.orig_filename != one.filename:
        raise _refused(f"The entry {one.filename!r} has a name with a NUL in it.")
    if one.flag_bits & 0x1:
        raise _refused(f"The entry {one.filename} is encrypted; send it without a password.")
    kind = stat.S_IFMT(one.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"The entry {one.filename} is a link or a special file; only plain files are allowed.")
    if one.file_size > _RATIO_FROM_BYTES and one.file_size > MAX_RATIO * max(one.compress_size, 1):
        raise _refused(f"The entry {one.filename} unpacks to more than {MAX_RATIO} times its size.")


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo, most: int) -> bytes:
    # What the archive says about sizes is not to be believed: count while reading.
    content = bytearray()
    with archive.open(one) as source:
        while chunk := source.read(_CHUNK):
            content += chunk
            if len(content) > most:
                raise _too_large(f"The entry {one.filename} unpacks to more than {in_words(most)}.")
    return bytes(content)


def _refused(message: str) -> BadInput:
    return BadInput.at("files.0", message)


def _too_large(message: str) -> TooLarge:
    return TooLarge(message, fields=[FieldError("files.0", message)])
