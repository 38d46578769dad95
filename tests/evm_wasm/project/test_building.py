"""Building: the same bytes everywhere, modules that a node takes, and reasons where it would not."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from compilers import require_language
from projects import CONTRACT, MANIFEST, write_project

import injector
from evm_wasm.devnet import CallRequest, Devnet
from evm_wasm.errors import BuildFailed, InputError
from evm_wasm.project.building import build_project, write_build
from evm_wasm.project.deployer import init_code_of, with_arguments
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.scaffolding import new_project

COMPILED = [pytest.param(name, marks=pytest.mark.compilers) for name in LANGUAGES if name != "wat"]


def wat(fields: str, main: str = "nop") -> str:
    return f'(module {fields} (memory (export "memory") 1) (func (export "main") {main}))'


@pytest.mark.parametrize("language", ["wat", *COMPILED])
def test_two_clean_builds_give_the_same_bytes(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_language(language)
    (tmp_path / "a much longer path").mkdir()
    first = build_project(new_project("sample", language, tmp_path))
    project = new_project("sample", language, tmp_path / "a much longer path")
    for path in project.rglob("*"):
        os.utime(path, (1, 1))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(time.time())))
    monkeypatch.setenv("CPATH", str(tmp_path))
    monkeypatch.chdir(project)
    second = build_project(Path())
    assert (second.runtime, second.deployer) == (first.runtime, first.deployer)
    assert second.record() == first.record()
    assert str(tmp_path) not in second.record()
    assert str(tmp_path).encode() not in second.runtime


def test_a_build_is_a_contract_and_its_deployer(tmp_path: Path) -> None:
    build = build_project(write_project(tmp_path))
    assert injector.check(build.runtime) == ()
    assert build.deployer == init_code_of(build.runtime)
    with Devnet() as devnet:
        address = devnet.deploy(build.deployer)
        assert devnet.code(address) == build.runtime
        assert devnet.call(CallRequest(to=address)) == b"hello"


def test_the_record_names_what_went_in_and_what_came_out(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    build = build_project(project)
    paths = write_build(build, project)
    assert [path.name for path in paths] == ["sample.wasm", "sample_deploy.wasm", "sample.json"]
    assert [path.read_bytes() for path in paths[:2]] == [build.runtime, build.deployer]
    record = json.loads(paths[2].read_text())
    assert record["compilers"] == {}
    assert list(record["sources"]) == ["src/contract.wat"]
    assert record["outputs"]["sample.wasm"]["bytes"] == len(build.runtime)


@pytest.mark.compilers
def test_a_default_that_is_written_out_makes_no_other_record(tmp_path: Path) -> None:
    require_language("c")
    project = new_project("sample", "c", tmp_path)
    record = build_project(project).record()
    manifest = project / "ewasm.toml"
    manifest.write_text(
        manifest.read_text().replace('contract.c"\n', 'contract.c"\nstack = 4096\n')
    )
    assert build_project(project).record() == record


def test_a_constructor_of_its_own_gets_contract_and_arguments(tmp_path: Path) -> None:
    constructor = """
    (module
      (import "ethereum" "codeCopy" (func $codeCopy (param i32 i32 i32)))
      (import "ethereum" "getCodeSize" (func $size (result i32)))
      (import "ethereum" "storageStore" (func $store (param i32 i32)))
      (import "ethereum" "finish" (func $finish (param i32 i32)))
      (memory (export "memory") 1)
      (func (export "main")
        (call $codeCopy (i32.const 32) (i32.sub (call $size) (i32.const 32)) (i32.const 32))
        (call $store (i32.const 0) (i32.const 32))
        (call $codeCopy (i32.const 64) (i32.const AT) (i32.const LENGTH))
        (call $finish (i32.const 64) (i32.const LENGTH))))
    """
    length = len(build_project(write_project(tmp_path / "plain")).runtime)
    manifest = MANIFEST + 'constructor = "src/constructor.wat"\n'

    def build(at: int) -> bytes:
        text = constructor.replace("AT", str(at)).replace("LENGTH", str(length))
        more = {"src/constructor.wat": text}
        return build_project(write_project(tmp_path / "own", manifest=manifest, more=more)).deployer

    at = len(build(1_000)) - length  # the number has as many bytes as the right one
    code = with_arguments(build(at), (7).to_bytes(32, "big"))
    with Devnet() as devnet:
        address = devnet.deploy(code)
        assert devnet.call(CallRequest(to=address)) == b"hello"
        assert int.from_bytes(devnet.storage(address, bytes(32)), "big") == 7


REFUSED = {
    "a start section": (
        wat("(start $first) (func $first)"),
        "before gas is set; move the work into `main`; AssemblyScript: --exportStart main",
    ),
    "a foreign import": (
        wat('(import "env" "abort" (func (param i32 i32 i32 i32)))'),
        "import `env.abort`: a contract imports from `ethereum` only; AssemblyScript: --use abort=",
    ),
    "an unknown method": (
        wat('(import "ethereum" "getBalance" (func))'),
        "no method of the Ethereum Environment Interface; the method is called getExternalBalance",
    ),
    "a huge memory": (
        '(module (memory (export "memory") 600) (func (export "main")))',
        "memory of 600 pages: the limit is 512; set a smaller stack: ",
    ),
    "floating point": (
        wat("", "(drop (f64.add (f64.const 1) (f64.const 2)))"),
        "floating point is not deterministic; use integers",
    ),
    "no main": ('(module (memory (export "memory") 1))', "export `main`: is missing; export a fun"),
    "no memory": ('(module (func (export "main")))', "export `memory`: is missing; "),
    "main with a result": (
        '(module (memory (export "memory") 1) (func (export "main") (result i32) i32.const 0))',
        "export `main`: has parameters or results; ",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_module_that_is_no_contract_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BuildFailed, match="compiles to a module that is no contract") as caught:
        build_project(write_project(tmp_path, text))
    assert message in caught.value.details
    assert caught.value.details.startswith("src/contract.wat: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(module", "line 1, column"),
        ("", "expected at least one module field"),
        ("(module (func (unknown)))", "line 1, column 16: unknown operator"),
        ("(module (memory i64 1))", "64-bit"),
        ("(module (memory 1) (memory 1))", "only one memory is accepted"),
    ],
)
def test_text_that_is_no_module_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BuildFailed) as caught:
        build_project(write_project(tmp_path, text))
    assert message in f"{caught.value.details}{caught.value}"


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("contract.wat", "other.wat")
    with pytest.raises(InputError, match=r"src/other\.wat: no such file; the manifest names it"):
        build_project(write_project(tmp_path, manifest=manifest))


def test_outputs_do_not_leave_the_project(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    build = build_project(project)
    (tmp_path / "elsewhere").mkdir()
    (project / "build").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="a symbolic link that leads out of the project"):
        write_build(build, project)
    (project / "build").unlink()
    (project / "build").mkdir()
    target = tmp_path / "elsewhere" / "precious"
    target.write_text("kept")
    (project / "build" / "sample.wasm").symlink_to(target)
    write_build(build, project)
    assert target.read_text() == "kept"
    assert (project / "build" / "sample.wasm").read_bytes() == build.runtime


@pytest.mark.parametrize("content", ["", "file"])
def test_a_file_in_the_place_of_the_outputs_is_told(tmp_path: Path, content: str) -> None:
    project = write_project(tmp_path, more={"build": content})
    with pytest.raises(InputError, match="cannot be written: "):
        write_build(build_project(project), project)


def test_each_function_has_its_size_and_gas(tmp_path: Path) -> None:
    report = build_project(write_project(tmp_path)).report
    prices = injector.load_schedule("particles")
    answer, main = report.functions
    assert (answer.name, answer.methods, answer.loops) == ("answer", ("finish",), 0)
    assert (main.name, main.methods) == ("main", ())
    price = prices.price
    assert main.particles == prices.function_entry + price("call") + price("end")
    assert answer.particles == main.particles + 2 * price("i32.const")
    assert (report.pages, report.scale) == (1, 10_000)


def test_loops_are_counted(tmp_path: Path) -> None:
    text = wat("", "(loop (loop (br_if 0 (i32.const 0)))) (loop)")
    (main,) = build_project(write_project(tmp_path, text)).report.functions
    assert main.loops == 3


@pytest.mark.compilers
@pytest.mark.parametrize(
    ("language", "source", "message"),
    [
        ("c", "int main( {", "src/contract.c:1:11: error: "),
        ("zig", "export fn main() void { x }", "src/contract.zig:1:27: error: "),
        ("assemblyscript", "let x: i32 = ;", "ERROR TS1109: Expression expected."),
        ("rust", "#![no_std] fn main( {", "--> contract.rs:1:"),
    ],
)
def test_errors_of_a_compiler_are_shown_as_it_prints_them(
    tmp_path: Path, language: str, source: str, message: str
) -> None:
    require_language(language)
    project = new_project("sample", language, tmp_path)
    (project / "src" / f"contract{LANGUAGES[language].suffix}").write_text(source)
    with pytest.raises(BuildFailed, match=r"refused the sources \(exit code 1\)") as caught:
        build_project(project)
    assert message in caught.value.details
    assert str(tmp_path) not in caught.value.details


@pytest.mark.compilers
def test_what_lies_beside_the_sources_is_not_compiled(tmp_path: Path) -> None:
    require_language("c")
    project = new_project("sample", "c", tmp_path)
    (tmp_path / "outside.h").write_text("#error\n")
    (project / "src" / "contract.c").write_text('#include "../../outside.h"\n')
    with pytest.raises(BuildFailed) as caught:
        build_project(project)
    assert "'../../outside.h' file not found" in caught.value.details


@pytest.mark.compilers
def test_a_home_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_language("c")
    project = new_project("sample", "c", tmp_path)
    expected = build_project(project).runtime
    for name in ("HOME", "XDG_CACHE_HOME", "ZIG_GLOBAL_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert build_project(project).runtime == expected


@pytest.mark.compilers
def test_the_stack_of_the_manifest_is_what_the_linker_gets(tmp_path: Path) -> None:
    require_language("c")
    project = new_project("sample", "c", tmp_path)
    manifest = project / "ewasm.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace('contract.c"\n', 'contract.c"\nstack = 131088\n'))
    assert build_project(project).report.pages == 3
    manifest.write_text(text)
    assert build_project(project).report.pages == 1


def test_the_sample_needs_nothing_but_text(tmp_path: Path) -> None:
    assert build_project(write_project(tmp_path, CONTRACT)).compilers == ()
