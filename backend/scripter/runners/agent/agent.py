"""The agent: the one program of Scripter's inside every job container (PID 1), wrapped around one script.

The runners start it as the first process of the prepared container, or as a child process (local runner). It
waits on standard input for one line of JSON, the *go*; runs the script; writes its log, its reports and, as its last
act, `exit.json`. End of input without a go means "not needed any more": it leaves quietly and writes nothing.

The job directory (`SCRIPTER_JOB_DIR`, else `/job`):

    src/          the script's files; first on sys.path      log           what it printed, and our own lines
    work/         its current directory and home             events.jsonl  its reports, each with a time
    artifacts/    what it leaves behind                      exit.json     how it ended; nothing is written after it

Why one long file: it is handed into images that hold nothing of ours, as one text that a test can run and a person can
read from end to end, and it uses only the standard library of Python 3.8. It reads from the bottom up: `main`, `Job`
(the loop), `Disk`, `become` (the child), `Reports`, `Log`, `Lines`, `Mask`. Modules that cost milliseconds (hashlib,
ctypes) are loaded while it waits for the go, and pathlib, typing and threading not at all.

A log line is a record of the Kubernetes CRI format: time, stream, tag, text. `F` ends a line; `P` is a part of one:
16 KiB of a longer line, a line that rested unfinished for half a second (a prompt, a progress bar), or a last line
without newline. Lines of our own carry the tag `F:scripter`, which no output of a script can take on.
"""

# pathlib and contextlib cost start-up time, and Python 3.8 knows no zip(strict=):
# ruff: noqa: PTH101, PTH104, PTH108, PTH116, PTH118, PTH119, PTH120, PTH123, PTH208, B905, SIM105

from __future__ import annotations

import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]  # the current directory: nothing that lies there may pass for a module of ours

import errno
import fcntl
import io
import json
import os
import re
import resource
import select
import signal
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import ModuleType
    from typing import NoReturn, TypedDict

    class GoLimits(TypedDict):
        memory_bytes: int
        processes: int

    class GoDisk(TypedDict):
        bytes: int
        files: int

    class Go(TypedDict):
        version: int
        job: str
        entry: str
        arguments: list[str]
        environment: dict[str, str]
        secrets: dict[str, str]
        time_limit_s: float | None
        grace_s: float
        log_limit_bytes: int
        owner: list[int] | None
        user: list[int] | None
        limits: GoLimits | None
        disk: GoDisk | None
        banner: list[str]
        claimed_ns: int


CHUNK = 256 * 1024
MAX_LINE = 16 * 1024
MAX_REPORT = 64 * 1024
MAX_EVENTS = 8 * 1024 * 1024
EXIT_RESERVE = 4096
REST_S = 0.5  # an unfinished line is shown after this
EMPTY_S = 2.0  # what the script left in its work directory is removed for at most this long
LAST_S = 5.0  # what is killed gets this long to be gone, and its pipes to run dry
REPORT_FD = 3
MEBIBYTE = 2**20
SLICE_S = 0.01  # the disk is measured for this long at a time, and for a tenth of the time at most
LOOK_S = (0.1, 2.0)  # the disk is measured again after this long: at least, at most
FASTEST = 2**30  # bytes a second that we expect a script to write at most
MAX_DEPTH = 256
PREFIX = len("2026-11-22T04:45:40.453659768Z stdout F ")
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38


def stamp() -> bytes:
    """Now, as every record begins: UTC with nanoseconds."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return b"%s.%09dZ" % (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)).encode(), nanoseconds)


def iso() -> str:
    """Now, as the JSON files write it: UTC with microseconds."""
    return stamp()[:26].decode() + "Z"


def prctl(option: int, value: int) -> None:
    """Best effort: images without libffi have no ctypes, and the container forbids new privileges by itself."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3)
    except (ImportError, OSError, AttributeError):
        pass


class Acting:
    """While inside, files are opened as this user. Root stays in the saved user id, so there is a way back.

    The agent has no CHOWN and no DAC_OVERRIDE: what should belong to somebody has to be made by them.
    """

    def __init__(self, user: list[int] | None) -> None:
        self.user = user if os.getuid() == 0 and user and user != [0, 0] else None

    def __enter__(self) -> None:
        if self.user:
            os.setegid(self.user[1])
            os.seteuid(self.user[0])

    def __exit__(self, *_: object) -> None:
        if self.user:
            os.seteuid(0)
            os.setegid(0)


# Masking


def encoded_forms(value: bytes) -> set[bytes]:
    """The ways in which a secret is usually printed: as it is, hex, URL, JSON, base64 at each of its three phases."""
    import binascii

    text = value.decode("utf-8", "surrogateescape")
    forms = {value, binascii.hexlify(value), binascii.hexlify(value).upper()}
    for ascii_only in (True, False):
        forms.add(json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode("utf-8", "surrogateescape"))
    for unsafe in (rb"[^A-Za-z0-9_.~-]", rb"[^A-Za-z0-9_.~/-]"):
        quoted = re.sub(unsafe, lambda found: b"%%%02X" % ord(found.group()), value, flags=re.DOTALL)
        forms.update((quoted, quoted.replace(b"%20", b"+")))
    for phase in range(3):
        # Only the characters that depend on nothing but the secret: not those shared with a neighbouring byte.
        first, last = (phase * 8 + 5) // 6, (phase + len(value)) * 8 // 6
        standard = binascii.b2a_base64(bytes(phase) + value, newline=False)[first:last]
        forms.update((standard, standard.translate(bytes.maketrans(b"+/", b"-_"))))
    return forms


def needles_of(secrets: Iterable[str]) -> list[bytes]:
    """Everything to look for. A value under 4 bytes, or a line under 8 of a longer value, would hide half the log."""
    found: set[bytes] = set()
    for secret in secrets:
        value = secret.encode("utf-8", "surrogateescape")
        for form in (value, value.strip()):
            if len(form) >= 4:
                found |= encoded_forms(form)
        found.update(line for line in value.splitlines() if len(line) >= 8)
    return sorted(found)


class Mask:
    """Replaces secrets in a stream by `***`, wherever the stream happens to be cut.

    A byte is hidden if any occurrence of any needle covers it; touching hidden bytes become one `***`. Only a suffix
    that really begins a needle is held back, so that a viewer waits for nothing else.
    """

    def __init__(self, needles: list[bytes]) -> None:
        self.needles = needles
        self.held = b""
        self.covered = 0  # so many bytes of `held` are hidden by an occurrence that began before them
        self.hiding = False  # the last byte given out was a hidden one

    def feed(self, data: bytes, last: bool = False) -> bytes:
        if not self.needles:
            return data
        data = self.held + data
        end = len(data) if last else self._decided(data)
        out = self._hide(data, end) if end else b""
        self.held = data[end:]
        self.hiding = self.hiding and not last  # what comes after the end is another text
        return out

    def _decided(self, data: bytes) -> int:
        """Where the longest suffix begins that could still grow into a needle."""
        end = len(data)
        for needle in self.needles:
            at = data.find(needle[:4], max(0, len(data) - len(needle) + 1))
            while 0 <= at < end:
                if needle.startswith(data[at:]):
                    end = at
                at = data.find(needle[:4], at + 1)
            for length in (3, 2, 1):
                if data.endswith(needle[:length]):
                    end = min(end, len(data) - length)
        return end

    def _hide(self, data: bytes, end: int) -> bytes:
        out, position, covered = [], 0, 0
        for start, stop in self._spans(data):
            if start >= end:
                break
            if position < start:
                out.append(data[position:start])
                self.hiding = False
            if not self.hiding:
                out.append(b"***")
            self.hiding, position, covered = True, min(stop, end), max(0, stop - end)
        if position < end:
            out.append(data[position:end])
            self.hiding = False
        self.covered = covered
        return b"".join(out)

    def _spans(self, data: bytes) -> list[tuple[int, int]]:
        """The hidden stretches of `data`, in order, neither overlapping nor touching."""
        found = [(0, self.covered)] if self.covered else []
        for needle in self.needles:
            at = data.find(needle)
            while at >= 0:
                found.append((at, at + len(needle)))
                at = data.find(needle, at + 1)
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(found) if len(found) > 1 else found:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        return merged


# The log


class Lines:
    """Cuts one stream into records. One time for all that one read brought: that is what makes it fast."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.rest = b""  # the unfinished line
        self.since = 0.0  # when it began to rest (monotonic)

    def feed(self, data: bytes) -> tuple[bytes, int]:
        """The records that are complete now, and how many bytes of the script's output they hold."""
        if not self.rest:
            self.since = time.monotonic()
        block = self.rest + data
        full, part = self._prefixes()
        out: list[bytes] = []
        begin = position = 0
        while len(block) - position > MAX_LINE:
            newline = block.rfind(b"\n", position, position + MAX_LINE + 1)
            if newline >= 0:
                position = newline + 1
                continue
            out += (self._records(full, block[begin:position]), part, block[position : position + MAX_LINE], b"\n")
            begin = position = position + MAX_LINE
        end = max(block.rfind(b"\n", begin) + 1, begin)
        out.append(self._records(full, block[begin:end]))
        if end:
            self.since = time.monotonic()
        self.rest = block[end:]
        return b"".join(out), end

    def flush(self) -> tuple[bytes, int]:
        """The unfinished line as a part."""
        rest, self.rest = self.rest, b""
        return (self._prefixes()[1] + rest + b"\n" if rest else b""), len(rest)

    def _prefixes(self) -> tuple[bytes, bytes]:
        start = stamp() + b" " + self.stream
        return start + b" F ", start + b" P "

    @staticmethod
    def _records(prefix: bytes, lines: bytes) -> bytes:
        return prefix + lines[:-1].replace(b"\n", b"\n" + prefix) + b"\n" if lines else b""


NOT_OUTPUT = re.compile(rb"^.{30} std(?:out|err) (?:P |F:scripter [^\n]*)", re.MULTILINE)


def output_bytes(records: bytes) -> int:
    """How many bytes of the script's own output these whole records hold."""
    size = len(records) - PREFIX * records.count(b"\n")
    for found in NOT_OUTPUT.finditer(records):
        # The newline after a part is ours; of our own lines nothing is the script's.
        size -= 1 if found.end() - found.start() == PREFIX else found.end() - found.start() + 1 - PREFIX
    return size


class Ring:
    """The last `size` bytes of the records past the head, in a nameless side file that never grows."""

    def __init__(self, path: str, size: int) -> None:
        self.size, self.total = size, 0
        try:
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass  # mostly; a script that runs as our own user can put there what it likes
            self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            os.unlink(path)
            os.posix_fallocate(self.fd, 0, max(size, 1))
        except OSError:
            self.size = 0  # no room for a tail: what is past the head is only counted

    def write(self, records: bytes) -> None:
        self.total += len(records)
        if not self.size:
            return
        records = records[-self.size :]
        place = (self.total - len(records)) % self.size
        first = self.size - place
        self._put(records[:first], place)
        self._put(records[first:], 0)

    def _put(self, data: bytes, place: int) -> None:
        while data:
            count = os.pwrite(self.fd, data, place)
            data, place = data[count:], place + count

    def blocks(self) -> Iterator[bytes]:
        """What is left, oldest first, in blocks of whole records; a record cut by the ring's end is left out."""
        position = max(0, self.total - self.size)
        rest, torn = b"", position > 0
        while position < self.total and self.size:
            place = position % self.size
            data = os.pread(self.fd, min(CHUNK, self.size - place, self.total - position), place)
            position += len(data)
            if torn:
                torn, data = b"\n" not in data, data.partition(b"\n")[2]
            data = rest + data
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            yield data[:cut]


class Log:
    """The job's log file: appended to, bounded, keeping head and tail, counting every byte that is not in it."""

    def __init__(self, directory: str, job: str, limit: int) -> None:
        self.path, self.job = os.path.join(directory, "log"), job
        self.fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        self.start = os.fstat(self.fd).st_size
        self.limit, self.room = limit, limit - limit // 2
        self.ring: Ring | None = None
        self.size = 0  # bytes written to the file
        self.offered = self.kept = 0  # bytes of the script's output: given to us, found in the file
        self.gap = 0  # bytes of output dropped since the last record that found room
        self.trouble = ""  # why the file did not take something, the last time that it happened

    def begin(self, acting: Acting) -> None:
        """What can wait until the script has been started. Comes before the first line."""
        import hashlib

        self.acting, self.digest = acting, hashlib.sha256()
        if self.start and os.pread(self.fd, 1, self.start - 1) != b"\n":
            self._append(b"\n", 0)  # an earlier writer died within a line

    def own(self, text: str) -> None:
        """A line of our own; it names the job."""
        self.write(self._own(text), 0)

    def write(self, records: bytes, output: int) -> None:
        """Add whole records that hold `output` bytes of the script's."""
        self.offered += output
        if self.ring:
            self.ring.write(records)
        elif len(records) <= self.room:
            self.room -= len(records)
            self._append(records, output)
        else:
            cut = records.rfind(b"\n", 0, self.room) + 1
            self._append(records[:cut], output_bytes(records[:cut]))
            self.ring = self._past_the_head()
            self.ring.write(records[cut:])

    def close(self) -> int:
        """Write what the ring holds. Returns how many bytes of output are missing in the file."""
        if self.ring:
            tail = [(len(block), output_bytes(block)) for block in self.ring.blocks()]
            dropped = self.offered - self.kept - sum(output for _, output in tail)
            size = sum(length for length, _ in tail)
            text = f"{dropped} bytes of output were dropped here; the last {size} bytes of the log follow"
            self._append(self._own(text), 0)
            for block in self.ring.blocks():
                self._append(block, output_bytes(block))
            self.ring = None
        self.room = self.limit
        return self.offered - self.kept

    def sync(self) -> None:
        try:
            os.fdatasync(self.fd)
        except OSError as error:
            self.trouble = trouble_of(error)

    def _own(self, text: str) -> bytes:
        line = " ".join(f"job {self.job}: {text}".splitlines())
        return stamp() + b" stderr F:scripter " + line.encode("utf-8", "replace") + b"\n"

    def _past_the_head(self) -> Ring:
        size = self.limit // 2
        self._append(self._own(f"log limit reached; the last {size} bytes will follow at the end"), 0)
        with self.acting:
            return Ring(f"{self.path}.tail", size)

    def _append(self, records: bytes, output: int) -> None:
        """Records that the disk has no room for are dropped, not waited for: the script goes on."""
        if self.gap and self._put(self._own(f"{self.trouble}: {self.gap} bytes of output were dropped here")):
            self.gap = 0
        written = self._put(records)
        kept = output if written == len(records) else output_bytes(records[:written])
        self.kept += kept
        self.gap += output - kept

    def _put(self, records: bytes) -> int:
        """How many bytes the file took, whole records only."""
        written = 0
        try:
            while written < len(records):
                written += os.write(self.fd, records[written:] if written else records)
        except OSError as error:
            self.trouble = trouble_of(error)
            # Takes back a record of which only the beginning found room. Readers take whole lines: none has seen it.
            written = records.rfind(b"\n", 0, written) + 1
            try:
                os.ftruncate(self.fd, self.start + self.size + written)
            except OSError:
                pass  # a disk that can only be read by now keeps what it has
        self.digest.update(records[:written] if written < len(records) else records)
        self.size += written
        return written


def trouble_of(error: OSError) -> str:
    return "the disk was full" if error.errno in DISK_FULL else f"the log could not be written ({error.strerror})"


class Reports:
    """Takes what the script says about itself on SCRIPTER_REPORT_FD: one JSON object a line, into events.jsonl."""

    def __init__(self, directory: str, acting: Acting, mask: Mask, warn: Callable[[str], None]) -> None:
        self.path, self.acting, self.mask, self.warn = os.path.join(directory, "events.jsonl"), acting, mask, warn
        self.fd = -1
        self.size = 0
        self.rest = b""
        self.warned: set[str] = set()

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self.rest) > MAX_REPORT:
            self.rest = self.rest[: MAX_REPORT + 1]  # too long already; kept at that until its newline comes

    def end(self) -> None:
        if self.rest:
            self.feed(b"\n")

    def _take(self, line: bytes) -> None:
        if len(line) > MAX_REPORT:
            self._warn(f"a report was longer than {MAX_REPORT} bytes and was left out")
            return
        line = self.mask.feed(line, last=True)
        if not is_object(line):
            self._warn("a line on the report descriptor was not a JSON object and was left out")
        elif self.size + len(line) > MAX_EVENTS:
            self._warn(f"more than {MAX_EVENTS} bytes of reports; the rest is left out")
        else:
            self._write(b'{"at":"%s","report":%s}\n' % (iso().encode(), line))

    def _write(self, record: bytes) -> None:
        try:
            if self.fd < 0:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                with self.acting:
                    fd = os.open(self.path, flags, 0o640)
                found = os.fstat(fd)
                if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
                    os.close(fd)
                    raise OSError(errno.EINVAL, "something else is in its place")
                self.fd, self.size = fd, found.st_size
            written = os.write(self.fd, record)
            if written < len(record):
                os.ftruncate(self.fd, self.size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.size += written
        except OSError as error:
            self._warn(f"a report could not be kept: {error.strerror}")

    def _warn(self, text: str) -> None:
        if text not in self.warned:
            self.warned.add(text)
            self.warn(text + " (said once)")


def is_object(line: bytes) -> bool:
    """Whether it is one JSON object by the standard, which knows no NaN and no Infinity."""
    try:
        return isinstance(json.loads(line, parse_constant=_refuse), dict)
    except (ValueError, RecursionError):
        return False


def _refuse(word: str) -> None:
    raise ValueError(word)


# The child


class Script:
    """A Python script that the forked child is about to be."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path, self.source = path, source

    def module(self) -> ModuleType:
        """A fresh `__main__`, as `python main.py` would make it."""
        from importlib.machinery import SourceFileLoader
        from types import ModuleType

        main = ModuleType("__main__")
        main.__dict__.update(
            __file__=self.path,
            __builtins__=sys.modules["builtins"],
            __loader__=SourceFileLoader("__main__", self.path),
            __cached__=None,
            __annotations__={},
        )
        sys.modules["__main__"] = main
        return main


class CannotStart(Exception):
    """Why the script could not be started, in words for the person who wrote it."""


def become(go: Go, directory: str, fds: list[int]) -> Script:
    """In the forked child: turn into the script's process. `fds`: its stdout, stderr, reports, and where to complain.

    Comes back only for a Python script, which then runs in this warm interpreter; else another program takes over.
    """
    complain = -1
    try:
        os.setsid()
        complain = take_descriptors(fds)
        give_up_powers(go)
        default_signals()
        environment = environment_of(go, directory)
        source = os.path.join(directory, "src")
        path = os.path.join(source, go["entry"])
        enter(os.path.join(directory, "work"))
        if go["entry"].endswith(".py") and not any(name.startswith("PYTHON") for name in go["environment"]):
            script = python_script(go, path, environment)
            os.close(complain)
            return script
        become_program([*interpreter(path), path, *go["arguments"]], environment)
    except CannotStart as error:
        os.write(complain, str(error).encode())
    except BaseException as error:  # noqa: BLE001  a copy of the agent must never go on as if it were the agent
        os.write(complain if complain >= 0 else fds[3], f"{type(error).__name__}: {error}".encode())
    os._exit(126)


def become_program(command: list[str], environment: Mapping[str, str]) -> None:
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # ignored by Python alone; `yes | head` would not end
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606
    except OSError as error:
        raise CannotStart(f"the program {command[0]!r} cannot be started: {error.strerror}") from None


def take_descriptors(fds: list[int]) -> int:
    """Nothing but 0, 1, 2 and the report descriptor stays open, and the complaint pipe until the script begins."""
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 16) for fd in (os.open(os.devnull, os.O_RDONLY), *fds)]
    for number, fd in enumerate(high[:4]):
        os.dup2(fd, number)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > REPORT_FD and int(name) != high[4]:
            try:
                os.close(int(name))
            except OSError:
                pass  # the listing's own descriptor
    return high[4]


def give_up_powers(go: Go) -> None:
    """The script's user, no way to more rights, the limits that no container sets, first in the OOM killer's eyes."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # a kernel or sandbox without it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit, value in limits_of(go):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
    user = go["user"]
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if user:
        os.setgroups([])
        os.setresgid(user[1], user[1], user[1])
        os.setresuid(user[0], user[0], user[0])
        prctl(PR_SET_DUMPABLE, 1)  # lost with the change of user, and /proc/self/fd (so /dev/stdout) with it
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # nobody would hold a script to its limits whose agent was killed
    os.umask(0o022)


def limits_of(go: Go) -> list[tuple[int, int]]:
    """What the kernel holds the script to. Never set on ourselves: we write the log."""
    found = []
    if go["limits"]:
        found += [(resource.RLIMIT_AS, go["limits"]["memory_bytes"])]
        found += [(resource.RLIMIT_NPROC, go["limits"]["processes"])]
    if go["disk"]:
        found += [(resource.RLIMIT_FSIZE, go["disk"]["bytes"])]
    return found


def default_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def environment_of(go: Go, directory: str) -> dict[str, str]:
    """What the script finds in its environment.

    As PID 1 our own environment is the image's (its ENV lines) and passed on; a child of a worker starts from nothing.
    """
    inherited = os.environ if os.getppid() == 1 else {}
    environment = {name: value for name, value in inherited.items() if not name.startswith("SCRIPTER_")}
    environment.setdefault("PATH", os.environ.get("PATH", os.defpath))
    environment.update(
        HOME=os.path.join(directory, "work"),
        LANG="C.UTF-8",
        PYTHONUNBUFFERED="1",
        SCRIPTER_JOB=go["job"],
        SCRIPTER_SOURCE=os.path.join(directory, "src"),
        SCRIPTER_ARTIFACTS=os.path.join(directory, "artifacts"),
        SCRIPTER_REPORT_FD=str(REPORT_FD),
    )
    return {**environment, **go["environment"], **go["secrets"]}


def enter(work: str) -> None:
    try:
        os.chdir(work)
    except OSError as error:
        raise CannotStart(f"the work directory cannot be entered: {error.strerror}") from None


def read_file(path: str, size: int = -1) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except OSError as error:
        raise CannotStart(f"the entry file {os.path.basename(path)} cannot be read: {error.strerror}") from None


def python_script(go: Go, path: str, environment: Mapping[str, str]) -> Script:
    """Make this process look as if `python path arguments...` had just begun."""
    script = Script(path, read_file(path))
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = [path, *go["arguments"]]
    sys.orig_argv = [sys.executable, *sys.argv]
    sys.path.insert(0, os.path.dirname(path))
    sys.stdout = sys.__stdout__ = text_output(1, "<stdout>", "surrogateescape")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = text_output(2, "<stderr>", "backslashreplace")  # type: ignore[misc]
    return script


def text_output(fd: int, name: str, errors: str) -> io.TextIOWrapper:
    """A stream as Python makes it for a terminal: shown line by line. The ones we were born with know other files."""
    raw = io.FileIO(fd, "w", closefd=False)
    raw.name = name
    stream = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors=errors, line_buffering=True)
    stream.mode = "w"  # type: ignore[misc]
    return stream


def interpreter(path: str) -> list[str]:
    """What runs a file that is not warm Python: its first line's word, or what its ending says.

    The line counts without the file being executable: files written in a browser never are.
    """
    first = read_file(path, 256).partition(b"\n")[0]
    if first.startswith(b"#!") and first[2:].strip():
        return first[2:].decode("utf-8", "surrogateescape").strip().split(None, 1)
    if path.endswith(".py"):
        return [sys.executable]
    if path.endswith((".sh", ".bash")):
        return ["bash" if any_on_path("bash") else "sh"]
    if os.access(path, os.X_OK):
        return []
    name = os.path.basename(path)
    raise CannotStart(f"nothing says how to run {name}: name it .py or .sh, or let its first line be #! and a program")


def any_on_path(program: str) -> bool:
    return any(os.access(os.path.join(place, program), os.X_OK) for place in os.get_exec_path())


# The agent itself


def descendants(root: int) -> list[int]:
    """Every process below `root`, by the parents that /proc names."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, IndexError):
            continue  # gone meanwhile
        children.setdefault(parent, []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def kill(number: int, sig: int, group: bool = False) -> bool:
    """Whether there was somebody whom we could signal."""
    try:
        os.killpg(number, sig) if group else os.kill(number, sig)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill_everything() -> bool:
    """KILL to all that the script left. True while something was still there.

    PID 1 reaches every process of its container; elsewhere orphans come to us, their subreaper, and so are found.
    """
    if os.getpid() == 1:
        return kill(-1, signal.SIGKILL)
    return sum(kill(pid, signal.SIGKILL) for pid in descendants(os.getpid())) > 0


class Hidden(Exception):
    """The script undoes what lets us into its directory, as fast as we do it."""


class Folder:
    """One of the script's directories, open, and passable for as long as it is."""

    def __init__(self, name: str, found: os.stat_result, above: int | None = None) -> None:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        # Root passes anywhere; elsewhere the directory is ours, whatever it forbids.
        mine = os.geteuid() != 0 and found.st_uid == os.geteuid()
        self.mode = stat.S_IMODE(found.st_mode) if mine and found.st_mode & 0o500 != 0o500 else None
        for _ in range(5):
            if self.mode is not None:
                os.chmod(name, 0o700, dir_fd=above)
            try:
                self.fd = os.open(name, flags, dir_fd=above)
                break
            except PermissionError:
                if not mine:
                    raise
                self.mode = stat.S_IMODE(found.st_mode)
        else:
            raise Hidden
        self.entries = os.scandir(self.fd)

    def close(self) -> None:
        self.entries.close()
        try:
            if self.mode is not None:
                os.chmod(self.fd, self.mode)
        except OSError:
            pass  # ended in the middle: it will be gone soon anyhow
        os.close(self.fd)


class Disk:
    """Measures what the script holds on the disk, a slice at a time: no line of its log waits for that.

    Counted is every file where the script may write, once, whatever the number of its names, with the blocks that it
    takes: holes are free, reserved room is not. Files without a name count while a process of the script has them open.
    No link is followed, and we go there as the script's user: what we could be tricked into, it could do by itself.
    """

    def __init__(self, go: Go, limit: GoDisk, directory: str) -> None:
        self.acting = Acting(go["user"])
        # Where it runs as our own user, it can also write beside its source.
        places = ("work", "artifacts") if go["user"] else ("work", "artifacts", "src")
        self.places = [os.path.join(directory, place) for place in places]
        self.directory, self.device = directory, os.stat(directory).st_dev
        self.limit, self.files, self.depth = limit["bytes"], limit["files"], MAX_DEPTH
        self.too_large = f"used more than {self.limit // MEBIBYTE} MB of disk"
        self.too_many = f"made more than {self.files} files"
        self.next = 0.0  # when it is time to go on (monotonic)
        self._begin()

    def look(self, now: float) -> str:
        """Measure on, if it is time to. Says what is more than it may be; told once, it allows an eighth more."""
        if now < self.next:
            return ""
        with self.acting:
            trouble = self._slice(now + SLICE_S)
        # Half the time instead of a tenth while the disk fills up so fast that this script may be the one who does it.
        share = 2 if self._free() < self.free - self.limit else 10
        self.next = max(self.next, now + share * (time.monotonic() - now))
        return trouble

    def _free(self) -> int:
        disk = os.statvfs(self.directory)
        return disk.f_bavail * disk.f_frsize

    def _begin(self) -> None:
        self.used = self.names = 0
        self.free = self._free()
        self.seen: set[int] = set()
        self.round = self._round()

    def _slice(self, until: float) -> str:
        for trouble in self.round:
            if trouble:
                self.limit, self.files = self.used + self.limit // 8, len(self.seen) + self.files // 8
                self.depth += MAX_DEPTH // 8
                self._begin()
                return trouble
            if time.monotonic() > until:
                return ""
        # Looked at again before it can have reached the limit.
        self.next = until + max(LOOK_S[0], min((self.limit - self.used) / FASTEST, LOOK_S[1]))
        self._begin()
        return ""

    def _round(self) -> Iterator[str]:
        """File by file: what is too much by then, mostly nothing."""
        for file in open_nameless(self.device):
            self._is_new(file)
            yield self._trouble()
        try:
            for place in self.places:
                yield from self._tree(place)
        except Hidden:
            yield "kept Scripter from measuring its disk use"

    def _tree(self, place: str) -> Iterator[str]:
        folders: list[Folder] = []
        try:
            folders.append(Folder(place, os.stat(place, follow_symlinks=False)))
            while folders:
                entry = next(folders[-1].entries, None)
                if entry is None:
                    folders.pop().close()
                elif self._enter(folders, entry) and len(folders) > self.depth:
                    yield f"nested directories more than {MAX_DEPTH} deep"
                else:
                    yield self._trouble()
        except OSError:
            pass  # the place itself was taken away
        finally:
            while folders:
                folders.pop().close()

    def _enter(self, folders: list[Folder], entry: os.DirEntry[str]) -> bool:
        """Count the entry. True if it is a directory, which then is the last of `folders`."""
        try:
            file = entry.stat(follow_symlinks=False)
            # Not entered twice: a directory that is moved meanwhile brings all its files with it.
            if self._is_new(file) and stat.S_ISDIR(file.st_mode):
                folders.append(Folder(entry.name, file, folders[-1].fd))
                return True
        except OSError:
            pass  # gone meanwhile, or another thing by now
        return False

    def _is_new(self, file: os.stat_result) -> bool:
        self.names += 1
        if file.st_ino in self.seen or file.st_dev != self.device:
            return False
        self.seen.add(file.st_ino)
        self.used += file.st_blocks * 512
        return True

    def _trouble(self) -> str:
        if self.used > self.limit:
            return self.too_large
        # Twice as many names: what is moved while we measure may be met twice.
        return self.too_many if len(self.seen) > self.files or self.names > 2 * self.files else ""


def open_nameless(device: int) -> Iterator[os.stat_result]:
    """The removed files of this device that processes of the script still hold open; once for each descriptor."""
    everybody = [int(name) for name in os.listdir("/proc") if name.isdigit()] if os.getpid() == 1 else None
    for pid in descendants(os.getpid()) if everybody is None else everybody:
        if pid == os.getpid():
            continue
        try:
            held = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue  # gone, or it lets nobody look
        for name in held:
            try:
                file = os.stat(f"/proc/{pid}/fd/{name}")
            except OSError:
                continue
            if stat.S_ISREG(file.st_mode) and file.st_nlink == 0 and file.st_dev == device:
                yield file


def cgroup_number(names: Iterable[str], word: str = "") -> int | None:
    """The first memory figure that exists, of cgroup v1 or v2; `word` picks the line of a file with several."""
    places = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"]
    try:
        with open("/proc/self/cgroup") as file:
            for line in file.read().split():
                _, kind, path = line.split(":", 2)
                if kind in ("memory", ""):
                    places.insert(0, os.path.join("/sys/fs/cgroup", kind, path.lstrip("/")))
    except OSError:
        pass
    for file_path in (os.path.join(place, name) for place in places for name in names):
        try:
            with open(file_path) as file:
                fields = file.read().split()
            return int(fields[fields.index(word) + 1] if word else fields[0])
        except (OSError, ValueError, IndexError):
            continue
    return None


def oom_kills() -> int:
    return cgroup_number(("memory.oom_control", "memory.events"), "oom_kill") or 0


def peak_memory(largest_child: int, own_cgroup: bool) -> int:
    """The container's high-water mark; elsewhere the largest process, for the cgroup there is not the job's own."""
    measured = cgroup_number(("memory.max_usage_in_bytes", "memory.peak")) if own_cgroup else None
    return largest_child if measured is None else measured


def memory_limit(go: Go) -> str:
    limit = go["limits"]["memory_bytes"] if go["limits"] else None
    if limit is None and os.getpid() == 1:
        limit = cgroup_number(("memory.limit_in_bytes", "memory.max"))
    return f" (limit {limit // 2**20} MB)" if limit and limit < 2**50 else ""


class ExitRecord:
    """exit.json. Its room on the disk is taken before the script can fill it; it appears whole or not at all."""

    def __init__(self, directory: str, acting: Acting) -> None:
        self.path, self.acting = os.path.join(directory, "exit.json"), acting
        with acting:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            self.fd = os.open(self.path + ".part", flags, 0o640)
        try:
            os.write(self.fd, b" " * EXIT_RESERVE)
        except OSError:
            pass  # already full: there may be room again by the end

    def write(self, record: Mapping[str, object]) -> None:
        body = json.dumps(record).encode() + b"\n"
        os.pwrite(self.fd, body, 0)
        os.ftruncate(self.fd, len(body))
        os.fsync(self.fd)
        with self.acting:
            os.rename(self.path + ".part", self.path)


class Signals:
    """Signals as bytes in a pipe, so that the loop hears them like everything else. Made before the go is read."""

    def __init__(self) -> None:
        self.fd, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)

    def read(self) -> bytes:
        """The numbers that came in; waits for the first."""
        return os.read(self.fd, 512)


class Stream:
    """One of the script's two output pipes on its way into the log."""

    def __init__(self, name: bytes, mask: Mask, log: Log) -> None:
        self.mask, self.lines, self.log = mask, Lines(name), log

    def feed(self, data: bytes) -> None:
        self.log.write(*self.lines.feed(self.mask.feed(data)))

    def end(self) -> None:
        self.log.write(*self.lines.feed(self.mask.feed(b"", last=True)))
        self.log.write(*self.lines.flush())

    def flush_rested(self, now: float) -> None:
        if self.lines.rest and now - self.lines.since >= REST_S:
            self.log.write(*self.lines.flush())


class Job:
    """One script from go to exit record: starts it, watches it in one loop without threads, says how it ended."""

    def __init__(self, go: Go, directory: str, signals: Signals) -> None:
        self.go, self.place, self.signals = go, directory, signals
        # A name that stays the directory's own, whatever a script that is our own user does to the other one.
        self.directory = f"/proc/self/fd/{os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)}"
        self.acting = Acting(go["owner"])
        self.record = ExitRecord(self.directory, self.acting)
        if go["version"] != 1:
            self._refuse(f"this container was prepared for another version of Scripter (go {go['version']}, not 1)")
        try:
            with self.acting:
                self.log = Log(self.directory, go["job"], go["log_limit_bytes"])
        except OSError as error:
            self._refuse(f"the log cannot be opened: {error.strerror}")
        self.disk = Disk(go, go["disk"], self.directory) if go["disk"] else None
        self.reason = ""  # why we stopped it, if we did
        self.excess = ""  # what of the disk was too much, if something was
        self.status: int | None = None  # as waitpid gives it, once the script's main process is gone
        self.over = self.killed = False
        self.deadline: float | None = None
        self.largest_child = 0
        self.complaint = b""
        self.sources: dict[int, tuple[Callable[[bytes], None], Callable[[], None]]] = {}

    def _refuse(self, why: str) -> NoReturn:
        """End before anything was begun, with a record that says so."""
        outcome = {"reason": "could_not_start", "exit_code": None, "signal": None, "message": f"could not start: {why}"}
        nothing = dict.fromkeys(("duration_s", "peak_memory_bytes", "cpu_seconds", "log_start", "log_bytes"), 0)
        digest = {"log_sha256": None, "dropped_bytes": 0}
        times = {"started_at": iso(), "finished_at": iso()}
        self.record.write({"version": 1, "job": self.go["job"], **outcome, **times, **nothing, **digest})
        sys.exit(1)

    def start(self) -> Script | None:
        """Fork. Comes back twice: with None in the agent, and in the child if it is to run Python here."""
        with Acting(self.go["user"]):  # whose pipes they are decides who may open /dev/stdout
            pipes = [os.pipe() for _ in range(4)]
        self.oom_before, self.started_at, self.began = oom_kills(), iso(), time.monotonic()
        self.begun_ns = time.time_ns()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT, signal.SIGCHLD])
        self.child = os.fork()
        if self.child == 0:
            return become(self.go, self.place, [write for _, write in pipes])
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for _, write in pipes:
            os.close(write)
        self._listen([read for read, _ in pipes])
        return None

    def _listen(self, fds: list[int]) -> None:
        self.log.begin(self.acting)
        took_ms = max(0, self.begun_ns - self.go["claimed_ns"]) // 1_000_000
        for line in self.go["banner"]:
            self.log.own(line.replace("{ms}", str(took_ms)))
        needles = needles_of(self.go["secrets"].values())
        self.streams = [Stream(name, Mask(needles), self.log) for name in (b"stdout", b"stderr")]
        reports = Reports(self.directory, self.acting, Mask(needles), self.log.own)
        for fd, stream in zip(fds, self.streams):
            self.sources[fd] = (stream.feed, stream.end)
        self.sources[fds[2]] = (reports.feed, reports.end)
        self.sources[fds[3]] = (self._complain, lambda: None)
        self.poll = select.poll()
        for fd in (self.signals.fd, *fds):
            self.poll.register(fd, select.POLLIN)
        if self.go["time_limit_s"] is not None:
            self.deadline = self.began + self.go["time_limit_s"]

    def _complain(self, data: bytes) -> None:
        self.complaint += data

    def watch(self) -> None:
        """Until the script is gone with all its processes, and its pipes are read to the end."""
        while not self.over:
            for fd, _ in self.poll.poll(self._patience_ms()):
                self._hear(fd)
            now = time.monotonic()
            for stream in self.streams:
                stream.flush_rested(now)
            if self.disk and self.status is None:
                self._bound(self.disk.look(now))
            if self.deadline is not None and now >= self.deadline:
                self._too_late()
            if self.status is not None:
                # Repeated: what forks while being killed is caught in the next round.
                alive = kill_everything()
                self.over = self.over or not (alive or self.sources)

    def _patience_ms(self) -> int:
        now = time.monotonic()
        waits = [stream.lines.since + REST_S - now for stream in self.streams if stream.lines.rest]
        if self.deadline is not None:
            waits.append(self.deadline - now)
        if self.status is not None:
            waits.append(0.02)
        elif self.disk:
            waits.append(self.disk.next - now)
        return int(max(0.0, min(waits, default=3600.0)) * 1000) + 1

    def _hear(self, fd: int) -> None:
        if fd == self.signals.fd:
            numbers = self.signals.read()
            self._reap()
            if (signal.SIGTERM in numbers or signal.SIGINT in numbers) and self.status is None:
                self._stop("cancelled")
            return
        take, end = self.sources[fd]
        data = os.read(fd, CHUNK)
        if data:
            take(data)
        else:
            end()
            del self.sources[fd]
            self.poll.unregister(fd)
            os.close(fd)

    def _reap(self) -> None:
        """Collect the dead: as PID 1 or subreaper also those that are not our own children."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.largest_child = max(self.largest_child, usage.ru_maxrss * 1024)
            if pid == self.child:
                self.status, self.deadline = status, time.monotonic() + LAST_S
                self.duration = time.monotonic() - self.began

    def _stop(self, reason: str) -> None:
        """TERM to the script's process group; KILL to everything when the grace is over. The first reason stays."""
        if not self.reason:
            self.reason = reason
            kill(self.child, signal.SIGTERM, group=True) or kill(self.child, signal.SIGTERM)
            self.deadline = time.monotonic() + self.go["grace_s"]

    def _bound(self, trouble: str) -> None:
        """Ask it to end; one that is ending already, and still takes more and more of the disk, has no time left."""
        if not trouble or self.killed:
            return
        if self.reason:
            self.deadline = 0.0
        else:
            self.excess = trouble
            self._stop("disk_limit")

    def _too_late(self) -> None:
        if self.status is not None or self.killed:
            self.over = True  # killed and still there: stuck in the kernel; PID 1's end is theirs
        elif self.reason:
            self.killed, self.deadline = True, time.monotonic() + LAST_S
            kill(self.child, signal.SIGKILL, group=True)
            kill_everything()
        else:
            self._stop("timed_out")

    def finish(self) -> None:
        """The rest of the log, then exit.json."""
        for _, end in self.sources.values():
            end()
        if self.status is None:
            self.status, self.duration = signal.SIGKILL, time.monotonic() - self.began
        outcome = self._outcome()
        if self.acting.user:
            with Acting(self.go["user"]):
                empty(os.path.join(self.directory, "work"), time.monotonic() + EMPTY_S)
        dropped = self.log.close()
        message = str(outcome["message"])
        self.log.own(f"{message}; took {self.duration:.3f} s")
        if self.log.trouble:
            message += f"; {self.log.trouble}, and output is missing in the log ({dropped} bytes in all)"
        self.log.sync()
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.record.write(
            {
                "version": 1,
                "job": self.go["job"],
                **outcome,
                "message": message,
                "started_at": self.started_at,
                "finished_at": iso(),
                "duration_s": round(self.duration, 6),
                "peak_memory_bytes": peak_memory(self.largest_child, own_cgroup=self.go["user"] is not None),
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 6),
                "log_start": self.log.start,
                "log_bytes": self.log.size,
                "log_sha256": self.log.digest.hexdigest(),
                "dropped_bytes": dropped,
                "log_trouble": self.log.trouble,
            }
        )

    def _outcome(self) -> dict[str, object]:
        """reason, exit_code, signal and message, from what we did and how the main process ended."""
        status = self.status or 0
        sig = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        oom = oom_kills() > self.oom_before
        if self.complaint:
            reason, message = "could_not_start", f"could not start: {self.complaint.decode('utf-8', 'replace')[:1000]}"
        elif self.reason == "timed_out":
            reason, message = "timed_out", f"timed out after {self.go['time_limit_s']:g} s"
        elif self.reason:
            reason, message = self.reason, self.excess or self.reason
        elif sig == signal.SIGXFSZ and self.disk:
            reason, message = "disk_limit", f"{self.disk.too_large} in one file"
        elif sig == signal.SIGKILL and oom:
            reason, message = "out_of_memory", f"out of memory{memory_limit(self.go)}"
        elif sig is not None:
            reason, message = "signal", f"ended by signal {sig} ({signal_name(sig)})"
        else:
            reason, message = "exited", f"exit {code}"
        if oom and reason != "out_of_memory":
            message += f"; a process of it was killed for want of memory{memory_limit(self.go)}"
        if reason == "could_not_start":
            code = sig = None
        return {"reason": reason, "exit_code": code, "signal": sig, "message": message}


def empty(directory: str, deadline: float) -> None:
    """Remove what the script left, as the script's user: a worker without root could not remove its directories."""
    try:
        for _, directories, files, here in os.fwalk(directory, topdown=False):
            for name in files + directories:
                if time.monotonic() > deadline:
                    return
                remove(name, here)
    except (OSError, RecursionError):
        pass  # deeper than we can follow, on purpose: that must not cost the exit record


def remove(name: str, directory: int) -> None:
    """A file, a link or an empty directory; what cannot be removed stays."""
    for deed in (os.unlink, os.rmdir):
        try:
            deed(name, dir_fd=directory)
        except OSError:
            continue
        break


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a real-time signal"


def wait_for_go(signals: Signals) -> bytes | None:
    """One line from standard input; None if it ends before, or if we are told to leave."""
    line = b""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(signals.fd, select.POLLIN)
    if not poll.poll(0):
        preload()
    while not line.endswith(b"\n"):
        heard = {fd for fd, _ in poll.poll()}
        if signals.fd in heard and {signal.SIGTERM, signal.SIGINT} & set(signals.read()):
            return None
        if 0 in heard:
            data = os.read(0, CHUNK)
            if not data:
                return None
            line += data
    return line


def preload() -> None:
    """A waiting agent loads what the way from go to script would have to wait for."""
    import hashlib
    import importlib.machinery

    hashlib.sha256(b"")
    importlib.machinery.SourceFileLoader("", "")
    prctl(PR_SET_DUMPABLE, 0)


def main() -> Script | None:
    """Do the agent's whole work. Comes back with a script only in the forked child that is to run it."""
    signals = Signals()
    line = wait_for_go(signals)
    if line is None:
        return None
    if os.getpid() != 1:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
    job = Job(json.loads(line), os.environ.get("SCRIPTER_JOB_DIR", "/job"), signals)
    script = job.start()
    if script is None:
        job.watch()
        job.finish()
    return script


if __name__ == "__main__":
    _script = main()
    if _script is None:
        sys.exit(0)
    try:
        exec(compile(_script.source, _script.path, "exec", dont_inherit=True), _script.module().__dict__)  # noqa: S102
    except SystemExit:
        raise
    except BaseException as _error:
        # Shown without this frame of ours; then the interpreter does the rest (threads, atexit, exit code) unheard.
        _trace = _error.__traceback__.tb_next if _error.__traceback__ else None
        sys.excepthook(type(_error), _error.with_traceback(_trace), _trace)
        sys.excepthook = lambda *_: None
        raise
