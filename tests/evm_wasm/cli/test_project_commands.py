"""`ewasm new`, `build` and `verify` as users run them, with good and bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from command_line import Ewasm
from compilers import require_language
from fake_node import answers, serving
from node_commands import address_of
from projects import CONTRACT, MANIFEST, write_project

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture(autouse=True)
def _in_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return write_project(tmp_path / "sample")


def test_a_new_project_builds_and_verifies(ewasm: Ewasm) -> None:
    made = ewasm("new", "counter", "--lang", "wat")
    assert made.code == 0
    assert made.out.splitlines()[1:] == ["  cd counter", "  ewasm build", "  pytest"]
    built = ewasm("build", "counter")
    assert (built.code, built.err) == (0, "")
    assert [line.split()[0] for line in built.out.splitlines() if line][:6] == [
        *("compiled", "taken", "contract", "memory", "deployer", "record"),
    ]
    for file in ("counter.wasm", "counter_deploy.wasm"):
        done = ewasm("verify", f"counter/build/{file}", "counter")
        assert done.code == 0
        assert done.out.endswith(" of counter, byte for byte\n")


def test_a_build_as_json_says_the_same(ewasm: Ewasm, sample: Path) -> None:
    done = ewasm("build", sample, "--json")
    assert done.code == 0
    assert done.json["contract"] == "sample"
    assert done.json["outputs"] == json.loads((sample / "build/sample.json").read_text())["outputs"]
    assert [each["name"] for each in done.json["functions"]] == ["answer", "main"]
    assert done.json["functions"][0]["methods"] == ["finish"]
    assert done.json["deploymentGas"] > 53_000
    lines = ewasm("build", sample).out
    assert f"{done.json['deploymentGas']:,} gas" in lines
    assert "answer" in lines


def test_the_folder_is_the_one_where_one_is(
    ewasm: Ewasm, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample)
    done = ewasm("build")
    assert done.code == 0
    assert (sample / "build" / "sample.wasm").is_file()


BAD_WORDS = {
    "no name": (("new",), "Missing argument 'NAME'"),
    "a path": (("new", "../up"), "NAME: '../up' is no name: up to 64 letters, digits"),
    "an unknown language": (("new", "x", "--lang", "go"), "'go' is not one of 'c', 'zig'"),
    "no project": (("build", "nowhere"), "nowhere: no such folder"),
    "nothing to verify": (("verify", ADDRESS), "Missing argument 'PROJECT'"),
    "a short address": (("verify", "0x12", "."), "ADDRESS: 1 bytes where 20 were expected"),
    "a mistyped address": (("verify", ADDRESS[:-1] + "9", "."), "ADDRESS: the address has a wrong"),
    "no file": (("verify", "none.wasm", "."), "none.wasm: cannot be read: No such file"),
    "an empty name": (("verify", "", "."), "ADDRESS|FILE is empty"),
}


@pytest.mark.parametrize(("words", "message"), BAD_WORDS.values(), ids=BAD_WORDS.keys())
def test_bad_words_are_told(ewasm: Ewasm, words: tuple[str, ...], message: str) -> None:
    done = ewasm(*words)
    assert (done.code, done.out) == (2, "")
    assert message in done.error


def test_a_folder_that_is_there_is_left_alone(ewasm: Ewasm, tmp_path: Path) -> None:
    (tmp_path / "counter").mkdir()
    done = ewasm("new", "counter")
    assert done.code == 2
    assert done.error == "counter: is there already; choose another name or remove it"


def test_a_bad_manifest_is_told_with_its_line(ewasm: Ewasm, sample: Path) -> None:
    write_project(sample, manifest=MANIFEST + "colour = 1\n")
    for command in (("build", sample), ("verify", sample / "src" / "contract.wat", sample)):
        done = ewasm(*command)
        assert done.code == 2
        assert done.error.startswith(
            f"{sample / 'ewasm.toml'}: line 5: colour is unknown; there is"
        )


def test_a_link_out_of_the_project_is_told(ewasm: Ewasm, sample: Path) -> None:
    (sample / "src" / "secret.wat").symlink_to("/etc/hostname")
    done = ewasm("build", sample)
    assert done.code == 2
    assert "secret.wat: a symbolic link that leads out of the project" in done.error
    assert not (sample / "build").exists()


def test_a_missing_compiler_is_told_with_its_command(
    ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EWASM_ZIG", "/nowhere/zig")
    assert ewasm("new", "counter").code == 0
    done = ewasm("build", "counter")
    assert (done.code, done.out) == (3, "")
    assert done.error.startswith("zig 0.17.0 is not installed (/nowhere/zig does not tell ")
    assert done.error.endswith("; install it: pip install ziglang==0.17.0")


@pytest.mark.compilers
def test_a_compiler_speaks_for_itself(ewasm: Ewasm, tmp_path: Path) -> None:
    require_language("c")
    ewasm("new", "counter")
    source = tmp_path / "counter" / "src" / "contract.c"
    source.write_text('#include "ewasm.h"\n\tint x = ; // \x1b[31m\n')
    done = ewasm("build", "counter")
    assert (done.code, done.out) == (1, "")
    first, *_, last = done.err.splitlines()
    assert first == "src/contract.c:2:10: error: expected expression"
    assert last == "ewasm: error: zig refused the sources (exit code 1)"
    assert "\x1b" not in done.err
    assert "int x = ;" in done.err


def test_a_refused_module_is_told_with_every_reason(ewasm: Ewasm, sample: Path) -> None:
    text = CONTRACT.replace("(func $answer", '(start $answer) (func $answer (export "answer")')
    write_project(sample, text.replace('"finish"', '"finnish"'))
    done = ewasm("build", sample)
    assert (done.code, done.out) == (1, "")
    first, second, last = done.err.splitlines()
    assert "import `ethereum.finnish`: no method of the Ethereum Environment" in first
    assert second.endswith("move the work into `main`; AssemblyScript: --exportStart main")
    assert last.endswith("src/contract.wat compiles to a module that is no contract")
    assert ewasm("verify", "0x" + "00" * 20, sample, "--rpc-url", "http://127.0.0.1:1").code == 3


def test_code_from_other_sources_is_told_with_the_first_difference(
    ewasm: Ewasm, sample: Path
) -> None:
    ewasm("build", sample)
    write_project(sample, CONTRACT.replace("hello", "hallo"))
    done = ewasm("verify", sample / "build" / "sample.wasm", sample)
    assert (done.code, done.out) == (1, "")
    assert "not what the project builds: its contract has " in done.error
    assert done.error.endswith(", data section")
    told = ewasm("verify", sample / "build" / "sample.wasm", sample, "--json")
    assert told.code == 1
    assert (told.json["same"], told.json["place"]) == (False, "data section")


def test_without_a_node_an_address_cannot_be_verified(ewasm: Ewasm, sample: Path) -> None:
    done = ewasm("verify", ADDRESS, sample, "--rpc-url", "http://127.0.0.1:1")
    assert (done.code, done.out) == (3, "")
    assert done.error.startswith("no node at http://127.0.0.1:1: start one with 'ewasm node'")


@pytest.mark.parametrize("value", ["x", 7, None, {}])
def test_a_malformed_answer_is_told(ewasm: Ewasm, sample: Path, value: object) -> None:
    with serving(answers({"eth_getCode": value})) as url:
        done = ewasm("verify", ADDRESS, sample, "--rpc-url", url)
    assert done.code == 3
    assert "malformed" in done.error


def test_an_address_without_code_is_told(ewasm: Ewasm, sample: Path) -> None:
    with serving(answers({"eth_getCode": "0x"})) as url:
        done = ewasm("verify", ADDRESS, sample, "--rpc-url", url)
    assert (done.code, done.out) == (1, "")
    assert done.error == f"{ADDRESS}: there is no code"


def test_a_deployed_contract_is_verified_from_its_sources(ask: Ewasm, sample: Path) -> None:
    assert ask("build", sample).code == 0
    by_deployer = ask("deploy", sample / "build" / "sample_deploy.wasm", "--json")
    by_runtime = ask("deploy", sample / "build" / "sample.wasm", "--runtime", "--json")
    for deployed in (by_deployer, by_runtime):
        address = address_of(deployed)
        done = ask("verify", address, sample)
        assert (done.code, done.err) == (0, "")
        assert done.out == f"{address}: the contract of sample, byte for byte\n"
    assert by_deployer.json["gasUsed"] == by_runtime.json["gasUsed"]
    write_project(sample, CONTRACT.replace("5", "4"))
    done = ask("verify", address_of(by_deployer), sample)
    assert done.code == 1
    assert done.error.endswith("code section, function 1 `answer`")


def test_a_folder_that_cannot_be_written_is_told(ewasm: Ewasm, sample: Path) -> None:
    (sample / "build").write_text("a file")
    done = ewasm("build", sample)
    assert done.code == 2
    assert "cannot be written: " in done.error


def test_names_from_sources_do_not_act_on_the_terminal(ewasm: Ewasm, sample: Path) -> None:
    write_project(sample, CONTRACT.replace("$answer", '$"\\1b[31m"'))
    done = ewasm("build", sample)
    assert done.code == 0
    assert "\x1b" not in done.out
    assert os.linesep * 3 not in done.out
