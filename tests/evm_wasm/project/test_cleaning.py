"""Cleaning: what compilers leave in goes, what a module does stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import contract
from command_line import CONTRACTS
from hypothesis import given
from hypothesis import strategies as st
from random_modules import INTEGERS, smith_modules

from evm_wasm.engine import wat_to_wasm
from evm_wasm.errors import BuildFailed
from evm_wasm.project.cleaning import clean

MODULES = sorted(CONTRACTS.glob("*/*.wasm"))

LEFTOVERS = """
(module
  (memory (export "memory") 1)
  (global $base (export "__heap_base") i32 (i32.const 4096))
  (table (export "__indirect_function_table") 1 funcref)
  (func $helper (export "helper"))
  (func $main (export "main") (call $helper)))
"""


def twin(path: Path, tmp_path: Path) -> bytes:
    """What `wasm-tools strip --all` leaves, which only knows custom sections."""
    output = tmp_path / "stripped.wasm"
    tool = Path(sys.executable).parent / "wasm-tools"
    subprocess.run([tool, "strip", "--all", path, "-o", output], check=True)
    return output.read_bytes()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_custom_sections_go_and_all_else_stays(path: Path, tmp_path: Path) -> None:
    cleaned = clean(path.read_bytes())
    assert cleaned.module == twin(path, tmp_path)
    assert clean(cleaned.module).module == cleaned.module


def test_exports_that_a_contract_may_not_have_go() -> None:
    cleaned = clean(wat_to_wasm(LEFTOVERS, what="module"))
    plain = LEFTOVERS
    for name in ("__heap_base", "__indirect_function_table", "helper"):
        plain = plain.replace(f'(export "{name}") ', "").replace(f' (export "{name}")', "")
        assert f"export {name}" in cleaned.removed
    assert cleaned.module == clean(wat_to_wasm(plain, what="module")).module


def test_names_are_kept_for_the_report() -> None:
    cleaned = clean(wat_to_wasm(LEFTOVERS, what="module"))
    assert cleaned.names == {0: "helper", 1: "main"}
    assert cleaned.removed[-1].startswith("custom sections: name (")


def test_hashes_behind_the_names_of_rust_go() -> None:
    text = LEFTOVERS.replace("$helper", "$contract::ewasm::finish::hacb6eddb1677bd37")
    cleaned = clean(wat_to_wasm(text.replace("$main", "$h::hash"), what="module"))
    assert cleaned.names == {0: "contract::ewasm::finish", 1: "h::hash"}


def test_a_clean_module_is_left_alone() -> None:
    module = clean(contract("nop")).module
    cleaned = clean(module)
    assert (cleaned.module, cleaned.removed, cleaned.names) == (module, (), {})


def test_cleaning_twice_is_cleaning_once() -> None:
    for seed, wasm in smith_modules(40, *INTEGERS):
        once = clean(wasm)
        again = clean(once.module)
        assert (again.module, again.removed) == (once.module, ()), seed


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda rest: b"\0asm\1\0\0\0" + rest))
def test_what_is_no_module_is_refused_with_its_place(data: bytes) -> None:
    try:
        clean(data)
    except BuildFailed as error:
        message = str(error)
    else:
        message = "the compiler's output is refused: "
    assert message.startswith("the compiler's output is refused: ")
