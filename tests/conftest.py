"""What every test shares: where the official vectors lie, reproducible property tests, counts.

`EWASM_RESULTS` names the file that the counts of a long run are written to, `EWASM_RESULTS_OF` the
command that runs it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "project",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


@pytest.fixture(scope="session", autouse=True)
def _no_native_code_from_elsewhere() -> Iterator[None]:
    """Tests compile what they run, and leave the cache of whoever runs them as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EWASM_CACHE", "off")
        yield


@pytest.fixture(scope="session", autouse=True)
def _programs_hear_interrupts() -> Iterator[None]:
    """A shell without job control makes what it starts in the background deaf to SIGINT, and all
    that this starts in turn; then no program of a test could be interrupted."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(params=("host", "module"))
def both_forms(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a test with the interface in Python, and with the interface inside of the module."""
    monkeypatch.setenv("EWASM_EEI", request.param)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of official test vectors; `EWASM_VECTORS` overrides its place."""
    folder = Path(os.environ.get("EWASM_VECTORS", ROOT.parent / "shared" / "vectors"))
    if not folder.is_dir():
        pytest.skip(f"no official vectors at {folder}; set EWASM_VECTORS")
    return folder


@pytest.fixture(scope="session")
def record() -> Iterator[Callable[[str], None]]:
    """Takes what was counted; the file of results is written when everything has been."""
    counted: list[str] = []
    began = time.monotonic()

    def take(line: str) -> None:
        print(line)
        counted.append(f"- {line}")

    yield take
    target = os.environ.get("EWASM_RESULTS")
    if target:
        from benchmarks.machine import facts

        environment = [f"- {fact}: {value}" for fact, value in facts(None).items()]
        took = f"- time: {time.monotonic() - began:.0f} s"
        title = f"# Results of `{os.environ.get('EWASM_RESULTS_OF', 'pytest')}`"
        text = [title, "", *environment, took, "", *counted, ""]
        Path(target).write_text("\n".join(text), encoding="utf-8")
