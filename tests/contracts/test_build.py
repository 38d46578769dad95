"""The committed modules are what their sources build to, and keep the contract interface."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import wasmtime
from compilers import require_language
from eth_utils import function_signature_to_4byte_selector

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"


def load_build():
    specification = importlib.util.spec_from_file_location("build", CONTRACTS / "build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


build = load_build()

FOLDERS = build.contract_folders()
SOURCES = [source for folder in FOLDERS for source in build.compiled_sources(folder)]
MODULES = sorted(CONTRACTS.glob("*/*.wasm"))


def short(path):
    return str(path.relative_to(CONTRACTS))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_committed_files_equal_the_rebuilt_ones(folder):
    for path, content in build.build(folder):
        assert path.read_bytes() == content, f"{path.name} is old: run contracts/build.py"


def test_every_folder_has_a_contract():
    empty = [folder.name for folder in FOLDERS if not list(folder.glob("*.wasm"))]
    assert empty == []


@pytest.mark.compilers
@pytest.mark.parametrize("source", SOURCES, ids=short)
def test_source_compiles_to_the_committed_module(source):
    require_language(build.compiling.COMPILED[source.suffix])
    module = build.compiling.compile_source(source)
    committed = source.with_suffix(".wasm").read_bytes()
    assert module == (
        build.constructor_of(committed) if build.is_constructor(source) else committed
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_module_exports_main_and_memory_and_imports_only_the_eei(path):
    module = wasmtime.Module(wasmtime.Engine(), path.read_bytes())
    assert {export.name for export in module.exports} == {"main", "memory"}
    assert {imported.module for imported in module.imports} <= {"ethereum"}


@pytest.mark.parametrize(
    ("source", "signature"),
    [
        ("counter/counter.wat", "increment()"),
        ("counter/counter.wat", "count()"),
        ("token/token.wat", "transfer(address,uint64)"),
        ("token/token.wat", "balanceOf(address)"),
        ("token/token.wat", "totalSupply()"),
    ],
)
def test_selectors_are_those_of_the_solidity_abi(source, signature):
    selector = function_signature_to_4byte_selector(signature)
    (line,) = [
        line
        for line in (CONTRACTS / source).read_text().splitlines()
        if line.endswith(f";; {signature}")
    ]
    assert f"(i32.const 0x{int.from_bytes(selector, 'little'):08x})" in line


def test_deployer_without_marker_lines_is_refused():
    with pytest.raises(ValueError, match="needs the two lines"):
        build.embed("(module)", b"")


def test_runtime_module_must_fit_into_one_page():
    with pytest.raises(ValueError, match="does not fit"):
        build.embed(build.DEPLOYER, bytes(build.PAGE))


def test_build_leaves_committed_files_alone(capsys):
    build.main([])
    assert capsys.readouterr().out == ""


def test_init_code_without_a_runtime_module_is_told_apart():
    with pytest.raises(ValueError, match="no custom section"):
        build.constructor_of((CONTRACTS / "counter" / "counter_deploy.wasm").read_bytes())
