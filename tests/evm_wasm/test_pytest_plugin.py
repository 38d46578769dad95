"""The fixtures for users: a fresh chain for each test, whatever the test before did."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest
from evm_wasm.devnet import DevnetConfig, LogQuery

COUNTER = bytes.fromhex("COUNTER_HEX")
STRANGER = b"\\x11" * 20


@pytest.fixture(scope="session")
def ewasm_config():
    return DevnetConfig(accounts=2, balance_ether=7)


@pytest.fixture(scope="session")
def counter(ewasm_chain):
    return ewasm_chain.deploy(COUNTER)


def check_fresh(devnet, counter):
    assert devnet.block_number() == 1
    assert len(devnet.accounts) == 2
    assert devnet.code(counter)
    assert devnet.balance(STRANGER) == 0
    assert devnet.settings.automine
    assert len(devnet.pool) == 0
    assert len(devnet.filters) == 0
    assert devnet.time.peek() == devnet.block().header.timestamp + 1


@pytest.mark.parametrize("run", range(3))
def test_fresh(devnet, counter, run):
    check_fresh(devnet, counter)
    told = []
    devnet.events.subscribe(told.append)
    devnet.transact(STRANGER, value=5)
    assert [type(event).__name__ for event in told] == ["NewTransaction", "NewBlock"]
    devnet.time.increase(1000)
    devnet.settings.set_automine(automine=False)
    devnet.filters.new_logs(LogQuery())
    devnet.edit.set_code(counter, b"")
    devnet.transact(STRANGER, value=5)
    devnet.snapshot()


def test_still_fresh(devnet, counter):
    check_fresh(devnet, counter)


def test_spoils_it(devnet):
    devnet.reset()
"""


def test_each_test_has_a_fresh_chain(tmp_path: Path) -> None:
    counter = Path(__file__).parents[2] / "contracts" / "counter" / "counter_deploy.wasm"
    file = tmp_path / "test_user.py"
    file.write_text(TESTS.replace("COUNTER_HEX", counter.read_bytes().hex()), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "evm_wasm.pytest_plugin", "-q"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(file)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "5 passed, 1 error" in run.stdout, run.stdout + run.stderr
    assert "needs a Devnet of its own" in run.stdout


def test_loading_the_plugin_loads_nothing_else() -> None:
    """pytest does so in every project of an environment that has the package."""
    program = "import sys, evm_wasm.pytest_plugin; print([n for n in sys.modules if 'devnet' in n])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
