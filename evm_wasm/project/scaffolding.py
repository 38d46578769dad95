"""New projects: a contract that works, a test that passes, a manifest and a README."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.project.languages import LANGUAGES, Language
from evm_wasm.project.manifest import SOURCES, check_name
from evm_wasm.project.toolchains import TOOLS

_PACKAGE: Final = Path(__file__).resolve().parent
_TEMPLATES: Final = _PACKAGE / "templates"
_EVERY: Final = "every"
"""The folder of what projects of all languages have."""

_SDK_PLACES: Final = (_PACKAGE / "sdk", _PACKAGE.parents[1] / "contracts" / "sdk")
"""In the installed package, and in a checkout."""

_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {"c": "C", "zig": "Zig", "assemblyscript": "AssemblyScript", "rust": "Rust", "wat": "WAT"}
)

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"gitignore": ".gitignore", "test_contract.py.txt": "test_contract.py"}
)
"""Template -> file, where the file's own name would make tools look at the template."""


def new_project(name: str, language: str, parent: Path) -> Path:
    """Makes a project, whole or not at all.

    Args:
        name: Of the contract and of the folder.
        language: In `LANGUAGES`.
        parent: Where the folder is made.

    Returns:
        The folder.

    Raises:
        InputError: The name is no good, there is such a folder, or it cannot be written.
    """
    check_name(name, what="NAME")
    target = parent / name
    if target.exists() or target.is_symlink():
        raise InputError(f"{target}: is there already; choose another name or remove it")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=parent) as folder:
            made = Path(folder) / name
            for path, data in _files(name, language):
                file = made / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            shutil.move(made, target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror or error}") from error
    return target


def _files(name: str, language: str) -> Iterator[tuple[Path, bytes]]:
    """The files of a project by their paths in it."""
    row = LANGUAGES[language]
    values = _values(name, language, row)
    for root in (_TEMPLATES / _EVERY, _TEMPLATES / language):
        for template in sorted(path for path in root.rglob("*") if path.is_file()):
            place = template.relative_to(root)
            text = template.read_text(encoding="utf-8")
            for key, value in values.items():
                text = text.replace(f"@{key}@", value)
            yield place.with_name(_NAMES.get(place.name, place.name)), text.encode("utf-8")
    if row.sdk is not None:
        sdk = _sdk(row.sdk)
        yield Path(SOURCES, sdk.name), sdk.read_bytes()


def _values(name: str, language: str, row: Language) -> Mapping[str, str]:
    """What stands in the places of the templates."""
    versions = {tool: TOOLS[tool].version for tool in row.tools}
    compilers = "".join(f'{tool} = "{version}"\n' for tool, version in versions.items())
    commands = "".join(
        f"    {TOOLS[tool].install.format(version=version)}\n" for tool, version in versions.items()
    )
    sdk = "" if row.sdk is None else f" (`{row.sdk.partition('/')[2]}` its library)"
    return {
        "NAME": name,
        "LANGUAGE": language,
        "TITLE": _TITLES[language],
        "SUFFIX": row.suffix,
        "SDK": sdk,
        "COMPILERS": f"\n[compilers]\n{compilers}" if compilers else "",
        "INSTALL": f"\nIts compilers are installed by\n\n{commands}" if commands else "",
    }


def _sdk(path: str) -> Path:
    """A file of the SDK."""
    return next(place / path for place in _SDK_PLACES if (place / path).is_file())
