"""The benchmark of contracts runs every case and writes its report."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from precompile_calls import Contract, word

from benchmarks import contracts as program
from benchmarks.contract_cases import FOLDER, cases
from benchmarks.contract_machines import own, revm

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "contracts" / "precompiles" / "source"


def test_every_case_gives_what_its_library_gives_or_the_evm_code():
    pytest.importorskip("pyrevm", reason="no pyrevm for this Python")
    for case in cases():
        machine = revm(case)
        if machine is not None:
            assert machine.run() == own(case, metered=True).run(), case.name


def test_unmetered_calls_give_the_same_and_cost_nothing_but_the_eei():
    for case in cases():
        metered, plain = own(case, metered=True), own(case, metered=False)
        assert plain.run() == metered.run()
        assert plain.gas < metered.gas


def test_report_names_every_case_and_every_aim(monkeypatch):
    chosen = [case for case in cases() if case.name in {"sha256", "token transfer"}]
    rows = [program.measure(case, 0.0) for case in chosen]
    text = "\n".join(program.report(rows, program.empty_call(0.0)))
    for case in chosen:
        assert f"| {case.name} | {case.size} |" in text
    assert "at most 10 times Ethereum's price" in text


def test_multiplications_modulo_2_to_the_256():
    contract = Contract("multiply256", FOLDER / "multiply256" / "multiply256.wasm")
    source = random.Random(1)
    for count in (0, 1, 2, 100):
        a, b = source.getrandbits(256), source.getrandbits(256)
        expected = a * pow(b, count, 2**256) % 2**256
        assert contract.output(word(count) + word(a) + word(b)) == word(expected)


@pytest.mark.compilers
def test_multiply256_compiles_to_the_committed_module(tmp_path):
    pytest.importorskip("ziglang", reason="install the extra `compilers` to build from C")
    flags = ["-target", "wasm32-freestanding", "-mcpu=mvp", "-O2", "-Wl,--no-entry"]
    flags += ["-Wl,--strip-all", "-Wl,-z,stack-size=24576", "-I", str(SOURCES)]
    target = tmp_path / "built.wasm"
    command = [sys.executable, "-m", "ziglang", "cc", *flags, "multiply256.c", "-o", str(target)]
    subprocess.run(command, cwd=FOLDER / "multiply256", check=True)
    assert target.read_bytes() == (FOLDER / "multiply256" / "multiply256.wasm").read_bytes()
