"""The manifest `ewasm.toml`: what a project is called, its language, its exact compilers.

    [contract]
    name = "counter"
    language = "c"
    source = "src/contract.c"

    [compilers]
    zig = "0.17.0"

`[contract]` may also have `constructor`, a second source, and `stack`, in bytes. Errors name the
line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.project.languages import LANGUAGES, Language

FILE_NAME: Final = "ewasm.toml"

SOURCES: Final = "src"
"""The folder of all sources; nothing outside of it is compiled."""

MOST_BYTES: Final = 1 << 16
"""Of a manifest."""

DEFAULT_STACK: Final = 4_096
"""Bytes for what the compiler keeps in memory; the linkers' defaults are 1 to 16 megabytes."""

STACKS: Final = range(256, (1 << 20) + 1)

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_EXACT_VERSION: Final = re.compile(r"\d+\.\d+\.\d+[-+.\w]*")

_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
"""Windows has devices of these names in every folder."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says.

    Attributes:
        name: Of the contract and of the files that are built.
        language: In `LANGUAGES`.
        source: The source that is compiled, with `/`, below `SOURCES`.
        constructor: The source of the init code, if the contract has a constructor of its own.
        stack: Bytes of the stack in memory.
        compilers: Exact version of each tool of the language.
    """

    name: str
    language: str
    source: str
    constructor: str | None
    stack: int
    compilers: Mapping[str, str]

    @property
    def row(self) -> Language:
        """The row of its language."""
        return LANGUAGES[self.language]


def check_name(name: str, *, what: str) -> str:
    """The name of a contract, which is also that of its folder and files.

    Raises:
        InputError: It has another form.
    """
    if _NAME.fullmatch(name) is None:
        raise InputError(
            f"{what}: {name!r} is no name: up to 64 letters, digits, '_' and '-', a letter first"
        )
    if name.lower() in _RESERVED:
        raise InputError(f"{what}: {name!r} is the name of a device on Windows")
    return name


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a project.

    Raises:
        InputError: It is missing or malformed; the message names the file and the line.
    """
    path = folder / FILE_NAME
    try:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError(
            f"{path}: no such file; a project has one: 'ewasm new NAME' makes it"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{path}: cannot be read: {reason}") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES} bytes")
    return _Reader(str(path), _decode(path, data)).manifest()


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line}: not UTF-8 text") from error


class _Reader:
    """Reads the tables of one manifest; every error names file, line and key."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        try:
            self._tables = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(f"{path}: not TOML: {error}") from error

    def manifest(self) -> Manifest:
        """All of it."""
        self._only("", self._tables, ("contract", "compilers"))
        contract = self._table("contract")
        self._only("contract", contract, ("name", "language", "source", "constructor", "stack"))
        language = self._text("language")
        if language not in LANGUAGES:
            raise self._error("contract", "language", f"is one of {', '.join(LANGUAGES)}")
        source = self._source("source", LANGUAGES[language])
        constructor = None
        if "constructor" in contract:
            constructor = self._source("constructor", LANGUAGES[language])
        name = self._text("name")
        check_name(name, what=f"{self._place('contract', 'name')}: name")
        stack = self._stack(language)
        return Manifest(name, language, source, constructor, stack, self._compilers(language))

    def _compilers(self, language: str) -> Mapping[str, str]:
        tools = LANGUAGES[language].tools
        given = self._table("compilers") if tools or "compilers" in self._tables else {}
        self._only("compilers", given, tools)
        for tool in tools:
            version = given.get(tool)
            if not isinstance(version, str) or _EXACT_VERSION.fullmatch(version) is None:
                problem = 'has to be there, an exact version such as "0.17.0"'
                raise self._error("compilers", tool, problem)
        return {tool: str(given[tool]) for tool in tools}

    def _source(self, key: str, language: Language) -> str:
        """A path that cannot lead out of the folder of sources, whatever the platform."""
        text = self._text(key)
        path = PurePosixPath(text)
        plain = "\\" not in text and ":" not in text and text.isprintable() and path.suffix
        inside = path.parts[:1] == (SOURCES,) and ".." not in path.parts and len(path.parts) > 1
        if not plain or not inside or str(path) != text:
            raise self._error("contract", key, f"is a path that begins with {SOURCES}/")
        if path.suffix != language.suffix:
            raise self._error("contract", key, f"ends with {language.suffix}")
        return text

    def _stack(self, language: str) -> int:
        contract = self._table("contract")
        if "stack" in contract and not LANGUAGES[language].has_stack:
            raise self._error("contract", "stack", f"has no meaning for {language}")
        value = contract.get("stack", DEFAULT_STACK)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, int) or not whole or value not in STACKS or value % 16:
            most = STACKS.stop - 1
            problem = f"is a number of bytes from {STACKS.start} to {most}, a multiple of 16"
            raise self._error("contract", "stack", problem)
        return value

    def _table(self, name: str) -> Mapping[str, object]:
        value = self._tables.get(name)
        if not isinstance(value, dict):
            raise InputError(f"{self._path}: the table [{name}] is missing")
        return value

    def _text(self, key: str) -> str:
        value = self._table("contract").get(key)
        if not isinstance(value, str):
            raise self._error("contract", key, "has to be there, a text in quotes")
        return value

    def _only(self, table: str, found: Mapping[str, object], known: tuple[str, ...]) -> None:
        for key in found:
            if key not in known:
                names = ", ".join(known) or "nothing"
                raise self._error(table, key, f"is unknown; there is {names}")

    def _error(self, table: str, key: str, problem: str) -> InputError:
        return InputError(f"{self._place(table, key)}: {key} {problem}")

    def _place(self, table: str, key: str) -> str:
        """File and line of a key, or of its table where the key is missing."""
        line = self._line(table, key)
        return f"{self._path}: line {line}" if line else self._path

    def _line(self, table: str, key: str) -> int:
        """The line of a key, as people write manifests; 0 if it is not to be found."""
        current, place = "", 0
        assignment = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        for number, line in enumerate(self._lines, start=1):
            header = re.match(r"\s*\[\s*([^]]*?)\s*\]", line)
            if header is not None:
                current = header[1].strip("\"'")
                place = number if current in (table, key) else place
            elif current == table and assignment.match(line):
                return number
        return place
