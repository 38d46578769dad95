"""The programs compute what they must in every form that is timed, and are what C builds to."""

from __future__ import annotations

import pytest
import wasmtime

from benchmarks import build
from benchmarks.programs import FOLDER, LARGE, PROGRAMS
from benchmarks.runnable import Runnable
from injector import check, instrument
from tests.benchmarks.program_twins import TWINS

NAMES = sorted(PROGRAMS)


def test_every_program_has_a_twin_and_every_source_a_module():
    assert PROGRAMS.keys() == TWINS.keys()
    assert {path.stem for path in FOLDER.glob("*.wasm")} == {*PROGRAMS, *LARGE} == {*build.BUILDS}


@pytest.mark.parametrize("name", NAMES)
def test_expected_result_is_that_of_the_twin(name):
    assert PROGRAMS[name].result == TWINS[name]().hex()


@pytest.mark.parametrize("name", NAMES)
def test_result_is_right_unmetered_metered_and_under_fuel_again_and_again(name):
    program = PROGRAMS[name]
    wasm = program.wasm()
    for form in (Runnable(wasm), Runnable(instrument(wasm)), Runnable(wasm, fuel=True)):
        for _ in range(2):
            form.result = b""
            form.run()
            assert form.result.hex() == program.result


@pytest.mark.parametrize("name", NAMES)
def test_gas_of_the_fuel_schedule_is_the_fuel_of_the_engine(name):
    wasm = PROGRAMS[name].wasm()
    metered = Runnable(instrument(wasm, schedule="fuel"))
    used = metered.used()
    assert used == Runnable(wasm, fuel=True).used() > 100_000
    assert used == metered.used()


@pytest.mark.parametrize("name", [*NAMES, *LARGE])
def test_module_is_a_contract(name):
    wasm = (FOLDER / f"{name}.wasm").read_bytes()
    assert check(wasm) == ()
    module = wasmtime.Module(wasmtime.Engine(), wasm)
    assert {export.name for export in module.exports} == {"main", "memory"}


@pytest.mark.parametrize("name", LARGE)
def test_large_modules_are_large(name):
    assert (FOLDER / f"{name}.wasm").stat().st_size > 50_000


@pytest.mark.compilers
@pytest.mark.parametrize("name", sorted(build.BUILDS))
def test_source_compiles_to_the_committed_module(name, tmp_path):
    pytest.importorskip("ziglang", reason="install the extra `compilers` to build from C")
    build.build(name, tmp_path / "built.wasm")
    assert (tmp_path / "built.wasm").read_bytes() == (FOLDER / f"{name}.wasm").read_bytes()
