"""The injector as it is installed, compiled or not, does exactly what the sources do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from random_modules import CORE, INTEGERS, smith_modules

from injector import LARGE_LIMITS, InjectorError, check, instrument, profile

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = sorted(
    path
    for folder in ("contracts", "benchmarks", "fixtures", "tests")
    for path in (ROOT / folder).rglob("*.wasm")
)
FORMS = (
    ("ewasm", "particles", "global"),
    ("core", "unit", "import"),
    ("core", "fuel", "global"),
)


def outcomes(wasm: bytes) -> list[str]:
    """What every door of the injector makes of a module, in every form."""
    found = []
    for policy, schedule, counter in FORMS:
        found.append(repr(check(wasm, policy=policy)))
        options = {"policy": policy, "schedule": schedule, "limits": LARGE_LIMITS}
        try:
            output = instrument(wasm, counter=counter, **options)
            found.append(sha256(output).hexdigest())
            if counter == "global":
                found.append(sha256(profile(wasm, **options).wasm).hexdigest())
        except InjectorError as error:
            found.append(f"{type(error).__name__}: {error} {error.findings}")
    return found


def main(folder: str) -> None:
    """Print the outcomes of every module in a folder, by the sources alone."""
    import injector.validate

    if not injector.validate.__file__.endswith(".py"):
        sys.exit(f"{injector.validate.__file__} is not a source")
    paths = sorted(Path(folder).iterdir())
    json.dump({path.name: outcomes(path.read_bytes()) for path in paths}, sys.stdout)


def compare(folder: Path, modules: dict[str, bytes]) -> None:
    for name, wasm in modules.items():
        (folder / name).write_bytes(wasm)
    done = subprocess.run(
        [sys.executable, "-P", __file__, folder],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests/support")))},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: outcomes(wasm) for name, wasm in modules.items()}


def test_committed_modules_give_the_same_as_the_sources(tmp_path: Path) -> None:
    modules = {f"{number} {path.name}": path.read_bytes() for number, path in enumerate(COMMITTED)}
    assert len(modules) >= 50
    compare(tmp_path, modules)


@pytest.mark.parametrize("options", [INTEGERS, CORE], ids=["integers", "core"])
def test_random_modules_give_the_same_as_the_sources(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    modules = {str(seed): wasm for seed, wasm in smith_modules(150, *options, first=40_000)}
    assert len(modules) >= 130
    compare(tmp_path, modules)


def test_damaged_modules_are_refused_in_the_same_words(tmp_path: Path) -> None:
    modules = {}
    for number, path in enumerate(path for path in COMMITTED if path.stat().st_size < 5_000):
        wasm = bytearray(path.read_bytes())
        for place in range(8, len(wasm), max(len(wasm) // 4, 1)):
            damaged = wasm[:place] + bytes([wasm[place] ^ 0x55]) + wasm[place + 1 :]
            modules[f"{number} {place}"] = bytes(damaged)
    assert len(modules) >= 100
    compare(tmp_path, modules)


if __name__ == "__main__":
    main(sys.argv[1])
