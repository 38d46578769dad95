"""The SDKs declare each EEI method as the machine links it."""

from __future__ import annotations

import importlib.util
import sys

import pytest
import wasmtime
from abi_contract import CONTRACTS
from compilers import require_language

from evm_wasm.eei.table import METHODS, MODULE


def load(path):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module  # dataclasses look for their module there
    specification.loader.exec_module(module)
    return module


generate = load(CONTRACTS / "sdk" / "generate.py")
compiling = load(CONTRACTS / "compiling.py")

languages = pytest.mark.parametrize(
    "language", generate.LANGUAGES, ids=lambda language: language.file
)


@languages
def test_committed_methods_are_those_of_the_table(language):
    text = (CONTRACTS / "sdk" / language.file).read_text()
    assert generate.rewritten(text, language) == text, "run contracts/sdk/generate.py"
    for method in METHODS:
        assert f'"{method.name}"' in text or f"fn {method.name}(" in text
        assert method.doc in text


@languages
def test_file_without_marker_lines_is_refused(language):
    with pytest.raises(ValueError, match="needs the two lines"):
        generate.rewritten("nothing", language)


def zeros(method):
    return ", ".join("0" for _ in method.params)


def c_program():
    calls = (f"used = (const void *)eth_{method.name};" for method in METHODS)
    return f'#include "ewasm.h"\nEWASM_MAIN {{ const void *volatile used; {" ".join(calls)} }}'


def zig_program():
    calls = (f"used.* = @intFromPtr(&ewasm.eei.{method.name});" for method in METHODS)
    body = "const used: *volatile usize = &place; " + " ".join(calls)
    return (
        f'const ewasm = @import("ewasm"); var place: usize = 0; export fn main() void {{ {body} }}'
    )


def assemblyscript_program():
    calls = "".join(f"eei.{method.name}({zeros(method)});\n" for method in METHODS)
    return f'import {{ eei }} from "../sdk/assemblyscript/ewasm";\n{calls}'


def rust_program():
    calls = (
        f"core::ptr::write_volatile(&mut used, eei::{generate.snake_case(method.name)} as usize);"
        for method in METHODS
    )
    return (
        '#![no_std]\n#[path = "../sdk/rust/ewasm.rs"]\nmod ewasm;\nuse ewasm::*;\n'
        '#[no_mangle]\npub extern "C" fn main() { let mut used = 0usize; unsafe { '
        f"{' '.join(calls)} }} }}"
    )


@pytest.mark.compilers
@pytest.mark.parametrize(
    ("suffix", "program"),
    [
        (".c", c_program),
        (".zig", zig_program),
        (".ts", assemblyscript_program),
        (".rs", rust_program),
    ],
)
def test_compiled_imports_have_the_signatures_of_the_table(suffix, program, tmp_path):
    source = tmp_path / f"all{suffix}"
    source.write_text(program())
    require_language(compiling.COMPILED[suffix])
    module = wasmtime.Module(wasmtime.Engine(), compiling.compile_source(source))
    found = {
        imported.name: (
            imported.module,
            tuple(map(str, imported.type.params)),
            tuple(map(str, imported.type.results)),
        )
        for imported in module.imports
    }
    assert found == {
        method.name: (MODULE, method.wasm_params, (method.result,) if method.result else ())
        for method in METHODS
    }
