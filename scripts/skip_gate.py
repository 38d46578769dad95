"""Turn a skipped test into a failure of the run, unless the skip is expected.

A suite that is green because half of it did not run says nothing. CI loads this plugin
(`python -m pytest -p scripts.skip_gate`); a contributor's own run stays free to skip what their
machine lacks. An expected failure counts as a skip: it hides as much.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from fuzz.fetch import UNAVAILABLE, cache_folder
from scripts.node_packages import ASSEMBLYSCRIPT, CLIENTS, SOLC

ROOT: Final = Path(__file__).resolve().parent.parent

# Start of a skip reason -> the folder or file whose absence excuses it. The official vectors are
# not part of a checkout: where they are absent their tests cannot run, where they lie they must.
EXPECTED: Final = {
    "no official vectors at": Path(
        os.environ.get("EWASM_VECTORS", ROOT.parent / "shared" / "vectors")
    ),
    # Fetched by cargo into this folder when tests first ask for it; see fuzz/fetch.py.
    UNAVAILABLE: cache_folder(),
    # Installed by .ci/run where there is npm; see scripts/node_packages.py.
    CLIENTS.unavailable: CLIENTS.modules,
    SOLC.unavailable: SOLC.modules,
    # Contracts are compiled where their compilers are; see tests/support/compilers.py. CI installs the
    # one of AssemblyScript where there is npm, and leaves the packages of the system as they are.
    ASSEMBLYSCRIPT.unavailable: Path(shutil.which("npm") or "npm"),
    "no rustc of Debian 12": Path("/usr/lib/rustlib/wasm32-unknown-unknown"),
    # A second reference for the precompile contracts; it has no wheels for some platforms.
    "no pyrevm for this Python": Path(sysconfig.get_path("platlib")) / "pyrevm",
}


def is_expected(reason: str) -> bool:
    """Whether `EXPECTED` lists this reason and what it asks for is really absent."""
    return any(reason.startswith(start) and not path.exists() for start, path in EXPECTED.items())


class SkipGate:
    """Collects the skips of a session and fails it when one of them was not expected."""

    def __init__(self) -> None:
        self.unexpected: dict[str, str] = {}

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Remember a skipped test or module under its node id."""
        if not report.skipped:
            return
        # A skip's long form is (path, line, "Skipped: reason"); an expected failure has a text.
        described = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected failure"
        reason = described.removeprefix("Skipped: ")
        if not is_expected(reason):
            self.unexpected[report.nodeid] = reason

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See every phase of every test."""
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """See every collected module; a whole one may skip itself."""
        self.note(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Set the exit code before the closing lines are printed from it."""
        if self.unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was skipped, above the closing line."""
        if not self.unexpected:
            return
        terminalreporter.section("unexpected skips: they fail this run", red=True, bold=True)
        for node, reason in sorted(self.unexpected.items()):
            terminalreporter.write_line(f"{node}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Install the gate where the reports come together: not in the workers of pytest-xdist."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(SkipGate(), "skip-gate")
