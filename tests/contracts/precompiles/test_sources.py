"""The committed modules and headers are what their sources make."""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys

import pytest
import wasmtime
from precompile_calls import FOLDER, WASM, Contract, word
from py_ecc import optimized_bn128 as bn

MODULES = sorted(WASM.glob("*.wasm"))


def load(name):
    specification = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


build, constants = load("build"), load("constants")
needs_ziglang = "install the extra `compilers` to build from C"


def test_every_source_has_a_module():
    assert [path.stem for path in build.sources()] == [path.stem for path in MODULES]


@pytest.mark.compilers
@pytest.mark.parametrize("source", build.sources(), ids=lambda path: path.stem)
def test_source_compiles_to_the_committed_module(source, tmp_path):
    pytest.importorskip("ziglang", reason=needs_ziglang)
    build.compile_contract(source, tmp_path / "built.wasm")
    assert (tmp_path / "built.wasm").read_bytes() == (WASM / f"{source.stem}.wasm").read_bytes()


@pytest.mark.parametrize("name", constants.HEADERS)
def test_constants_are_those_of_the_definitions(name):
    assert (constants.SOURCE / name).read_text() == constants.header(name)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_keeps_the_contract_interface(path):
    module = wasmtime.Module(wasmtime.Engine(), path.read_bytes())
    assert {export.name for export in module.exports} == {"main", "memory"}
    assert {imported.module for imported in module.imports} <= {"ethereum"}


OVERFLOW = ("-fsanitize=signed-integer-overflow", "-fsanitize-trap=signed-integer-overflow")


@pytest.mark.compilers
@pytest.mark.parametrize("name", ["ecrecover", "bn254_mul", "bn254_pairing"])
def test_no_column_of_limbs_overflows(name, tmp_path):
    # The same sources, built so that a signed overflow is a trap.
    pytest.importorskip("ziglang", reason=needs_ziglang)
    target = tmp_path / f"{name}.wasm"
    command = [*build.COMMAND, *OVERFLOW, "-Wl,-z,stack-size=65536", f"{name}.c", "-o", str(target)]
    subprocess.run(command, cwd=FOLDER / "source", check=True)
    checked, plain = Contract(name, target), Contract(name)
    source = random.Random(1)
    for _ in range(10):
        data = input_of(name, source)
        assert checked.output(data) == plain.output(data)


def input_of(name, source):
    match name:
        case "ecrecover":
            return source.randbytes(32) + word(27 + source.randrange(2)) + source.randbytes(64)
        case "bn254_mul":
            return encoded(bn.multiply(bn.G1, source.randrange(1, bn.curve_order))) + word(
                source.getrandbits(256)
            )
    scalar = source.randrange(1, bn.curve_order)
    return encoded(bn.multiply(bn.G1, scalar)) + encoded(bn.multiply(bn.G2, scalar))


def encoded(point):
    return b"".join(
        word(int(number))
        for part in bn.normalize(point)
        for number in (part.coeffs[::-1] if hasattr(part, "coeffs") else [part.n])
    )


def test_build_needs_its_own_interpreter():
    assert build.COMMAND[0] == sys.executable
