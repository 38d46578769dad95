"""Compiling one source: the commands of each language, run in a clean copy of the sources.

The flags are those that make a WebAssembly 1.0 module with the exports `main` and `memory` and
nothing that runs before `main`. Names of functions are kept for the report; cleaning takes them off
and leaves the same bytes as compiling without them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evm_wasm.engine import wat_to_wasm
from evm_wasm.errors import BuildFailed, CompilerMissing, InputError
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.manifest import SOURCES
from evm_wasm.project.sources import write_copy
from evm_wasm.project.toolchains import RUST_TARGET, Compiler

_MINUTES: Final = 10
"""For one compiler run; the first of Zig builds its runtime library, which takes seconds."""

_KEPT_VARIABLES: Final = (
    *("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "ZIG_GLOBAL_CACHE_DIR"),
    # Windows
    *("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "USERPROFILE"),
    *("PATHEXT", "COMSPEC"),
)
"""What compilers need of the environment. All else, such as CPATH or NODE_OPTIONS, could change
what they make."""

_CACHE_VARIABLES: Final = ("HOME", "XDG_CACHE_HOME", "ZIG_GLOBAL_CACHE_DIR", "LOCALAPPDATA")
"""One of them tells Zig where to keep its compiled runtime library from run to run."""

_SAME_EVERYWHERE: Final = {"SOURCE_DATE_EPOCH": "0", "LC_ALL": "C", "NO_COLOR": "1"}

_MODULE: Final = "module.wasm"
_LIBRARY: Final = "library.a"


@dataclass(frozen=True, slots=True)
class Job:
    """What to compile.

    Attributes:
        source: With `/`, relative to the project.
        library: The SDK's file, in the same form, if the project has it.
        stack: Bytes of the stack in memory.
        compilers: By name.
        output: An empty folder.
    """

    source: str
    library: str | None
    stack: int
    compilers: Mapping[str, Compiler]
    output: Path

    def program(self, name: str) -> str:
        """The path of a compiler."""
        return self.compilers[name].program


Commands = list[list[str]]


def _c(job: Job) -> Commands:
    return [
        [
            *(job.program("zig"), "cc", "-target", "wasm32-freestanding", "-mcpu=mvp", "-Os"),
            *("-gline-tables-only", "-Wl,--no-entry", f"-Wl,-z,stack-size={job.stack}"),
            *(job.source, "-o", str(job.output / _MODULE)),
        ]
    ]


def _zig(job: Job) -> Commands:
    flags = ["-target", "wasm32-freestanding", "-mcpu=mvp", "-O", "ReleaseSmall", "-fno-strip"]
    modules = [*flags, f"-Mroot={job.source}"]
    if job.library is not None:
        modules = ["--dep", "ewasm", *modules, *flags, f"-Mewasm={job.library}"]
    return [
        [
            *(job.program("zig"), "build-exe", "-fno-entry", "--export=main"),
            *("--stack", str(job.stack), f"-femit-bin={job.output / _MODULE}", *modules),
        ]
    ]


def _assemblyscript(job: Job) -> Commands:
    return [
        [
            *(job.program("asc"), job.source, "-o", str(job.output / _MODULE), "-Osize"),
            *("--debug", "--runtime", "stub", "--noAssert", "--use", "abort="),
            *("--exportStart", "main", "--disable", "sign-extension"),
            *("--disable", "bulk-memory", "--disable", "nontrapping-f2i"),
        ]
    ]


def _rust(job: Job) -> Commands:
    """Messages of panics hold the path of their source: without its folder they are shorter."""
    folder = job.source.rpartition("/")[0]
    library = str(job.output / _LIBRARY)
    return [
        [
            *(job.program("rustc"), "--edition", "2021", "--target", RUST_TARGET),
            *("--crate-type", "staticlib", "-C", "target-cpu=mvp", "-C", "opt-level=s"),
            *("-C", "panic=abort", "-C", "codegen-units=1", "-C", "lto=fat"),
            *(f"--remap-path-prefix={folder}=", job.source, "-o", library),
        ],
        [
            *(job.program("zig"), "wasm-ld", "--no-entry", "--export=main", "--gc-sections"),
            *("-z", f"stack-size={job.stack}", library, "-o", str(job.output / _MODULE)),
        ],
    ]


_COMMANDS: Final[Mapping[str, Callable[[Job], Commands]]] = MappingProxyType(
    {"c": _c, "zig": _zig, "assemblyscript": _assemblyscript, "rust": _rust}
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What compilers made.

    Attributes:
        module: As they left it.
        flags: Their arguments, without programs and places.
        messages: What they printed, such as warnings.
    """

    module: bytes
    flags: tuple[str, ...]
    messages: str


class Workshop:
    """A folder with a copy of the sources, where compilers run."""

    def __init__(self, folder: Path, sources: Mapping[str, bytes]) -> None:
        self._folder = folder
        self._sources = sources
        self._copy = folder / "project"
        self._copy.mkdir()
        write_copy(sources, self._copy)

    def compile(
        self, language: str, source: str, compilers: Mapping[str, Compiler], *, stack: int
    ) -> Compiled:
        """Compiles one source.

        Raises:
            BuildFailed: The compiler refuses it; carries what it printed.
            InputError: There is no such source.
        """
        if source not in self._sources:
            raise InputError(f"{source}: no such file; the manifest names it")
        if language not in _COMMANDS:
            return _assemble(source, self._sources[source])
        output = Path(tempfile.mkdtemp(dir=self._folder))
        flags: list[str] = []
        messages: list[str] = []
        library = self._library(language)
        job = Job(source, library, stack, compilers, output)
        for command in _COMMANDS[language](job):
            messages.append(self._run(command))
            flags.append(" ".join(_without_places(command, output)))
        module = (output / _MODULE).read_bytes()
        return Compiled(module, tuple(flags), "".join(messages))

    def _library(self, language: str) -> str | None:
        file = (LANGUAGES[language].sdk or "").rpartition("/")[2]
        return next((name for name in self._sources if name == f"{SOURCES}/{file}"), None)

    def _run(self, command: list[str]) -> str:
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        cache = {"ZIG_LOCAL_CACHE_DIR": str(self._folder / "cache")}
        if environment.keys().isdisjoint(_CACHE_VARIABLES):
            cache["ZIG_GLOBAL_CACHE_DIR"] = cache["ZIG_LOCAL_CACHE_DIR"]
        try:
            done = subprocess.run(  # noqa: S603 - the compiler, without a shell
                command,
                cwd=self._copy,
                env={**environment, **_SAME_EVERYWHERE, **cache},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_MINUTES * 60,
                check=False,
            )
        except OSError as error:
            raise CompilerMissing(f"{command[0]} does not run: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise BuildFailed(f"{command[0]} took more than {_MINUTES} minutes") from error
        printed = done.stdout.decode("utf-8", errors="backslashreplace")
        if done.returncode:
            program = Path(command[0]).stem
            raise BuildFailed(
                f"{program} refused the sources (exit code {done.returncode})", printed
            )
        return printed


@contextmanager
def workshop(sources: Mapping[str, bytes]) -> Iterator[Workshop]:
    """A workshop in a new folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ewasm-", ignore_cleanup_errors=True) as folder:
        yield Workshop(Path(folder), sources)


def _assemble(source: str, text: bytes) -> Compiled:
    """A module from text."""
    try:
        return Compiled(wat_to_wasm(text.decode("utf-8"), what=source), (), "")
    except InputError as error:
        raise BuildFailed("the text is no module", f"{error}\n") from error


def _without_places(command: list[str], output: Path) -> list[str]:
    """The command as the record shows it: the same on every machine."""
    name = Path(command[0]).stem
    return [name, *(part.replace(f"{output}{os.sep}", "") for part in command[1:])]
