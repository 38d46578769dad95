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
from benchmarks.contract_machines import own, py_evm, revm
from benchmarks.contract_report import report
from benchmarks.eei_forms import FORMS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "contracts" / "precompiles" / "source"


def test_every_case_gives_the_same_output_and_logs_in_both_forms_and_as_evm_code():
    pytest.importorskip("pyrevm", reason="no pyrevm for this Python")
    for case in cases():
        wanted = own(case, metered=True, eei=FORMS[0]).answer()
        assert own(case, metered=True, eei=FORMS[1]).answer() == wanted, case.name
        machine = revm(case)
        assert machine is not None, case.name
        assert machine.answer() == wanted, case.name
        assert len(wanted.logs) == (1 if case.storage else 0)


def test_transfers_are_the_same_on_py_evm_which_counts_them_as_london_does():
    for case in cases():
        # A peer of benchmarks that need not be installed; then there is nothing to compare.
        machine = py_evm(case) if case.storage else None
        if machine is not None:
            assert machine.answer() == own(case, metered=True).answer()
            # Two slots that nothing has touched, and that hold something; the log (EIP-2929, 2200).
            assert 0 < machine.gas - (2 * (2_100 + 2_900) + 375 + 3 * 375 + 8 * 32) < 1_000


@pytest.mark.parametrize("form", FORMS)
def test_unmetered_calls_give_the_same_and_cost_nothing_but_the_eei(form):
    for case in cases():
        metered, plain = (own(case, metered=metered, eei=form) for metered in (True, False))
        assert plain.answer() == metered.answer()
        assert plain.gas < metered.gas
        assert plain.gas.is_integer()


def test_report_names_every_case_and_every_aim():
    chosen = [
        case for case in cases() if case.name in {"sha256", "ERC-20 transfer", "token transfer"}
    ]
    rows = [program.measure(case, 0.0) for case in chosen]
    text = "\n".join(report(rows, program.empty_call(0.0)))
    for case in chosen:
        assert f"| {case.name} | {case.size} |" in text
    assert "at most 10 times Ethereum's price" in text
    assert "- EEI: in the host and in the module; the default here is the " in text
    assert "| algorithm | input | host | module | unmetered |" in text


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
