"""The file store: which files may come in, how they are kept, and how a folder shows them."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from scripter.filestore import Entry, FileStore, Manifest, SourceFile, check, unpack
from scripter.filestore.rules import MAX_BINARY_BYTES, MAX_FILES, MAX_TEXT_BYTES
from scripter.filestore.store import StoreDamaged
from scripter.lib.errors import BadInput, ScripterError, TooLarge

RESERVED = {"requirements.txt": "requirements.txt belongs to the image."}


def files(*names: str) -> list[SourceFile]:
    return [SourceFile(name, b"") for name in names]


def mistake_in(*given: SourceFile) -> tuple[str, str]:
    """The first field error that `check` has for these files."""
    with pytest.raises(ScripterError) as caught:
        check(given, reserved=RESERVED)
    first = caught.value.fields[0]
    return first.field, first.message


@pytest.mark.parametrize(
    ("path", "gist"),
    [
        ("", "required"),
        ("   ", "required"),
        ("/abs", "relative"),
        ("/", "relative"),
        ("..", "relative"),
        ("a/../../b", "relative"),
        ("a//b", "relative"),
        ("a/./b", "relative"),
        ("./main.py", "relative"),
        ("main.py/", "directory"),
        ("%2e%2e%2fetc", "may not hold %"),
        ("..%c0%af", "may not hold %"),
        ("a\\b", "may not hold \\"),
        ("..\\..\\b", "may not hold"),
        ("a\0b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\x1b[31m", "U+001B"),
        ("admin\u202egnp", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\u3164", "U+3164"),
        ("\ud800", "U+D800"),
        ("C:/x", "may not hold :"),
        ("a*b?", "may not hold *"),
        ("<img>", "may not hold <"),
        ("a/ b", "start or end with a space"),
        ("a ", "start or end with a space"),
        ("a./b", "end with a dot"),
        ("CON", "reserves"),
        ("lib/nul.txt", "reserves"),
        ("/".join("a" * 40), "too deep"),
        ("a" * 256, "too long"),
        ("\u00e9" * 128, "too long"),
        ("a/" * 2500, "too long"),
        ("requirements.txt", "belongs to the image"),
        ("Requirements.TXT", "belongs to the image"),
    ],
)
def test_a_bad_path_is_refused_naming_its_field(path: str, gist: str) -> None:
    field, message = mistake_in(SourceFile("fine.py", b""), SourceFile(path, b""))
    assert field == "files.1.path"
    assert gist in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "path", ["main.py", "a/b/c.txt", ".env", "Ünï/日本.py", "a b (1)~.py", "e+f@g,h=[i].py", "console.py"]
)
def test_an_ordinary_path_is_kept_as_it_is(path: str) -> None:
    assert [file.path for file in check(files(path))] == [path]


def test_two_spellings_of_one_letter_are_one_name() -> None:
    assert check(files("cafe\u0301.py"))[0].path == "caf\u00e9.py"
    field, message = mistake_in(*files("caf\u00e9.py", "cafe\u0301.py"))
    assert (field, "twice" in message) == ("files.1.path", True)


@pytest.mark.parametrize(
    ("names", "gist"),
    [
        (("a.py", "a.py"), "given twice"),
        (("a.py", "A.py"), "upper and lower case"),
        (("straße.py", "STRASSE.py"), "upper and lower case"),
        (("lib", "lib/x.py"), "lib is a file"),
        (("lib/x.py", "lib"), "is a directory already"),
        (("lib/x.py", "LIB"), "is a directory already"),
        (("lib/x.py", "Lib/y.py"), "upper and lower case"),
    ],
)
def test_files_that_cannot_stand_side_by_side_are_refused(names: tuple[str, str], gist: str) -> None:
    field, message = mistake_in(*files(*names))
    assert (field, gist in message) == ("files.1.path", True)


def test_every_bad_file_is_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        check([*files("/a", "b"), SourceFile("c.py", b"\xff")])
    assert [one.field for one in caught.value.fields] == ["files.0.path", "files.2.content"]


@pytest.mark.parametrize(
    ("content", "gist"),
    [(b"a\0", "NUL"), (b"ok\n\xe9", "line 2"), ("\ud800".encode("utf-8", "surrogatepass"), "UTF-8")],
)
def test_source_that_is_not_utf8_text_is_refused(content: bytes, gist: str) -> None:
    field, message = mistake_in(SourceFile("main.py", content))
    assert (field, gist in message) == ("files.0.content", True)


def test_other_files_may_hold_any_bytes() -> None:
    assert check([SourceFile("model.bin", b"\0\xff")])[0].content == b"\0\xff"


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfprint()", b"a\r\nb\r\n", b"\tx", b""])
def test_marks_line_ends_and_tabs_are_kept_as_they_are(content: bytes) -> None:
    assert check([SourceFile("main.py", content)])[0].content == content


def test_a_text_file_may_have_one_megabyte_and_not_a_byte_more() -> None:
    check([SourceFile("main.py", b"a" * MAX_TEXT_BYTES)])
    with pytest.raises(TooLarge, match=r"at most 1\.0 MB") as caught:
        check([SourceFile("main.py", b"a" * (MAX_TEXT_BYTES + 1))])
    assert caught.value.fields[0].field == "files.0.content"


def test_sum_and_number_of_files_have_bounds() -> None:
    with pytest.raises(TooLarge, match="together"):
        check([SourceFile(f"{n}.bin", b"a" * MAX_BINARY_BYTES) for n in range(3)])
    with pytest.raises(TooLarge, match="at most 500"):
        check(files(*(f"{n}.py" for n in range(MAX_FILES + 1))))


def zipped(members: dict[str, bytes], *, mode: int = 0o100644) -> SourceFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            one = zipfile.ZipInfo(name)
            one.external_attr = mode << 16
            one.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(one, content)
    return SourceFile("upload.zip", buffer.getvalue())


def refusal(part: SourceFile) -> str:
    with pytest.raises(ScripterError) as caught:
        check(unpack([part]))
    assert caught.value.fields[0].field.startswith("files.0")
    return caught.value.message


def test_a_zip_archive_is_its_files() -> None:
    found = unpack(
        [zipped({"main.py": b"1", "lib/": b"", "lib/a.py": b"2", "__MACOSX/._a": b"x", "lib/.DS_Store": b"x"})]
    )
    assert found == [SourceFile("main.py", b"1"), SourceFile("lib/a.py", b"2")]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", "..\\x", "a\u202eb", "con"])
def test_an_archive_entry_with_a_bad_path_is_named(name: str) -> None:
    assert name.encode("ascii", "ignore").decode() in refusal(zipped({name: b""})).replace("\\u202e", "")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_special_files_in_an_archive_are_refused(kind: int) -> None:
    assert "x is a link or a special file" in refusal(zipped({"x": b"/etc/passwd"}, mode=kind | 0o777))


def test_an_archive_that_unpacks_to_far_more_than_it_has_is_refused() -> None:
    assert "100 times" in refusal(zipped({"zeros.bin": bytes(1_000_000)}))
    assert "at most 16.0 MB" in refusal(zipped({f"{n}.bin": bytes(4_000_000) for n in range(5)}))


def test_an_archive_that_lies_about_sizes_is_caught_while_reading() -> None:
    content = zipped({"zeros.bin": bytes(100_000)}).content
    small = (5).to_bytes(4, "little")
    lying = content.replace((100_000).to_bytes(4, "little"), small)
    assert lying != content
    assert "not a whole zip archive" in refusal(SourceFile("upload.zip", lying))


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(zipped({"a.py": b"x"}).content)
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    assert "a.py is encrypted" in refusal(SourceFile("upload.zip", bytes(content)))


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), zipped({"a.py": b"x" * 500}).content[:-30]]
)
def test_what_is_no_whole_archive_is_refused(content: bytes) -> None:
    assert "not a whole zip archive" in refusal(SourceFile("upload.zip", content))


def test_an_archive_with_too_many_entries_or_none_is_refused() -> None:
    assert "1200 entries" in refusal(zipped({f"{n}.py": b"" for n in range(1200)}))
    assert "no files" in refusal(zipped({}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_one_name_twice_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.py", "1")
        archive.writestr("a.py", "2")
    with pytest.raises(BadInput, match="given twice"):
        check(unpack([SourceFile("upload.zip", buffer.getvalue())]))


def test_an_empty_upload_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one file"):
        unpack([])


def test_a_folder_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    given = [SourceFile("run.sh", b"#!/bin/sh\n"), SourceFile("lib/a.py", b"x\r\n")]
    manifest = Manifest.load(store.put(given).dump())
    store.write_tree(manifest, tmp_path / "tree")
    assert sorted(store.files(manifest), key=lambda file: file.path) == sorted(given, key=lambda file: file.path)
    assert (tmp_path / "tree/lib/a.py").read_bytes() == b"x\r\n"
    assert stat.S_IMODE((tmp_path / "tree/run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "tree/lib/a.py").stat().st_mode) == 0o644


def test_equal_contents_are_kept_once_and_read_only(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    one, two = store.put([SourceFile("a", b"same"), SourceFile("b", b"same")])
    kept = [path for path in (tmp_path / "objects").rglob("*") if path.is_file()]
    assert (len(kept), one.sha256) == (1, two.sha256)
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o400


def test_the_digest_covers_path_content_and_order_does_not_matter(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    a, b = SourceFile("a", b"1"), SourceFile("b", b"2")
    assert store.put([a, b]).digest == store.put([b, a]).digest
    digests = {store.put(files).digest for files in ([a], [a, b], [SourceFile("a", b"2")], [SourceFile("c", b"1")])}
    assert len(digests) == 4


def test_a_content_that_changed_on_disk_is_never_given_out(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    entry = next(iter(store.put([SourceFile("a", b"true")])))
    path = tmp_path / "objects" / entry.sha256[:2] / entry.sha256[2:]
    path.chmod(0o600)
    path.write_bytes(b"evil")
    with pytest.raises(StoreDamaged, match="changed on disk"):
        store.read(entry)
    path.unlink()
    with pytest.raises(StoreDamaged, match="cannot be read"):
        store.read(entry)


def tree(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_shown_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    store, src = FileStore(tmp_path), tmp_path / "scripts/1/src"
    first = store.put([SourceFile("old.py", b"1"), SourceFile("lib/x.py", b"1")])
    second = store.put([SourceFile("new.py", b"2")])
    store.show(lambda: ("1", first), src)
    assert tree(src) == {"old.py": b"1", "lib/x.py": b"1"}
    store.show(lambda: ("2", second), src)
    assert tree(src) == {"new.py": b"2"}
    assert store.shows("2", src)
    assert [path.name for path in src.parent.iterdir() if path.is_dir()] == ["src"]


def test_a_folder_that_is_gone_is_not_shown_again(tmp_path: Path) -> None:
    FileStore(tmp_path).show(lambda: None, tmp_path / "scripts/1/src")
    assert not (tmp_path / "scripts/1/src").exists()


def test_of_many_savers_the_folder_shows_the_last_state(tmp_path: Path) -> None:
    store, src = FileStore(tmp_path), tmp_path / "scripts/1/src"
    states = [store.put([SourceFile("n.txt", str(n).encode())]) for n in range(20)]
    latest = {"is": states[0]}

    def save(state: Manifest) -> None:
        latest["is"] = state
        store.show(lambda: (latest["is"].digest, latest["is"]), src)

    threads = [threading.Thread(target=save, args=(state,)) for state in states]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.shows(latest["is"].digest, src)
    assert tree(src)["n.txt"] == store.read(latest["is"].entries[0])


KILLED_WRITER = """
import sys, itertools
from pathlib import Path
from scripter.filestore import FileStore, SourceFile
store = FileStore(Path(sys.argv[1]))
for n in itertools.count():
    manifest = store.put([SourceFile(f"{i}.txt", str(n).encode()) for i in range(8)])
    store.show(lambda: (str(n), manifest), Path(sys.argv[1]) / "src")
    print(n, flush=True)
"""


def test_a_killed_writer_never_leaves_a_half_folder(tmp_path: Path) -> None:
    for moment in range(8):
        writer = subprocess.Popen([sys.executable, "-c", KILLED_WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.005 * moment)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = tree(tmp_path / "src")
        assert len(found) == 8
        assert len(set(found.values())) == 1
    store = FileStore(tmp_path)
    last = store.put([SourceFile("main.py", b"")])
    store.show(lambda: ("last", last), tmp_path / "src")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir() and path.name != "objects"] == ["src"]


def test_a_manifest_keeps_what_a_row_needs() -> None:
    manifest = Manifest.of([Entry("b", "00", 1), Entry("a", "11", 2, executable=True)])
    assert [one["path"] for one in manifest.dump()] == ["a", "b"]
    assert manifest.paths == {"a", "b"}
    assert Manifest.load(manifest.dump()) == manifest
