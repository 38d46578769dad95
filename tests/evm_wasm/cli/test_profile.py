"""`ewasm exec --profile`: the tree, the files, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import CALLER, COUNTER, DEPLOYED, INSTALLED, TOKEN_DEPLOY, Ewasm

INCREMENT = ("exec", COUNTER, "--call", "increment()")
AMOUNT = re.compile(r"  ([0-9,.]+) gas, ([0-9.]+) %$")


def amounts(text: str) -> list[tuple[float, float]]:
    """Gas and percentage of each line."""
    found = (AMOUNT.search(line) for line in text.splitlines())
    return [(float(each[1].replace(",", "")), float(each[2])) for each in found if each]


def nested(ewasm: Ewasm, folder: Path) -> tuple[str, ...]:
    """A command that runs a contract which asks a token for its supply."""
    state = folder / "state.json"
    ewasm("exec", TOKEN_DEPLOY, "--deploy", "--state", state, "--save")
    supply = "03" + DEPLOYED[2:] + "00000000000186a0" + "00" * 16 + "18160ddd"
    return ("exec", CALLER, "--input", "0x" + supply, "--state", str(state))


def test_the_tree_goes_to_standard_error_and_nothing_else_changes(ewasm: Ewasm) -> None:
    done = ewasm(*INCREMENT, "--profile")
    assert done.out == ewasm(*INCREMENT).out
    lines = done.err.splitlines()
    assert [AMOUNT.sub("", line) for line in lines] == [
        f"call {INSTALLED}",
        "├── swap_bytes",
        "├── main",
        "├── increment",
        "└── [EEI]",
    ]
    gas = json.loads(ewasm(*INCREMENT, "--json").out)["gas"]
    instructions, eei = (int(gas[part], 16) / 10_000 for part in ("instructions", "eei"))
    (whole, share), *functions, (methods, _) = amounts(done.err)
    assert sum(function for function, _ in functions) == pytest.approx(instructions, abs=1e-6)
    assert (whole, share, methods) == (instructions + eei, 100.0, eei)


def test_frames_stand_inside_of_those_that_started_them(ewasm: Ewasm, tmp_path: Path) -> None:
    done = ewasm(*nested(ewasm, tmp_path), "--profile", "-")
    lines = [AMOUNT.sub("", line) for line in done.err.splitlines()]
    inner = lines.index(f"└── callStatic {DEPLOYED}")
    assert lines[0] == f"call {INSTALLED}"
    assert lines[inner - 1] == "├── [EEI]"
    assert lines[-1] == "    └── [EEI]"
    assert {"├── main", "    ├── main"} <= set(lines)
    whole, *parts = (gas for gas, _ in amounts(done.err))
    assert parts[inner - 1] == pytest.approx(sum(parts[inner:]), abs=1e-6)
    assert whole == pytest.approx(sum(parts[:inner]), abs=1e-6)


def test_a_file_for_speedscope(ewasm: Ewasm, tmp_path: Path) -> None:
    file = tmp_path / "gas.json"
    done = ewasm(*nested(ewasm, tmp_path), "--json", "--profile", file)
    document = json.loads(file.read_text())
    assert document["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    (profile,) = document["profiles"]
    assert (profile["type"], profile["unit"], profile["startValue"]) == ("sampled", "none", 0)
    names = [frame["name"] for frame in document["shared"]["frames"]]
    outer, inner = f"call {INSTALLED}", f"callStatic {DEPLOYED}"
    samples = [[names[index] for index in sample] for sample in profile["samples"]]
    assert {(outer, "main"), (outer, "[EEI]"), (outer, inner, "main"), (outer, inner, "[EEI]")} <= {
        tuple(sample) for sample in samples
    }
    assert {tuple(sample[:-1]) for sample in samples} == {(outer,), (outer, inner)}
    gas = done.json["gas"]
    spent = sum(int(gas[part], 16) for part in ("instructions", "eei")) / 10_000
    assert len(profile["weights"]) == len(profile["samples"])
    assert profile["endValue"] == pytest.approx(sum(profile["weights"]), abs=1e-6)
    assert profile["endValue"] == pytest.approx(spent, abs=1e-6)


def test_folded_stacks(ewasm: Ewasm, tmp_path: Path) -> None:
    file = tmp_path / "gas.folded"
    gas = ewasm(*INCREMENT, "--json", "--profile", file).json["gas"]
    *functions, methods = file.read_text().splitlines()
    assert [line.rpartition(" ")[0] for line in functions] == [
        f"call {INSTALLED};{name}" for name in ("swap_bytes", "main", "increment")
    ]
    assert sum(int(line.rpartition(" ")[2]) for line in functions) == int(gas["instructions"], 16)
    assert methods == f"call {INSTALLED};[EEI] {int(gas['eei'], 16)}"


def test_functions_have_their_names_and_the_largest_is_the_first(
    ewasm: Ewasm, tmp_path: Path
) -> None:
    """Names come from strangers: nothing in them acts on a terminal or makes another stack."""
    file, contract = tmp_path / "gas.folded", tmp_path / "named.wat"
    contract.write_text(
        '(module (memory (export "memory") 1) (func nop nop)'
        ' (func $"a;b\\1b[31m [red]" nop nop nop nop nop nop) (func $main (export "main")'
        " (call 0) (call 1) (call 1)))"
    )
    done = ewasm("exec", contract, "--profile", file)
    assert [AMOUNT.sub("", line) for line in done.err.splitlines()[1:]] == [
        "├── a;b\\x1b[31m [red]",
        "├── main",
        "└── function 0",
    ]
    assert file.read_text().startswith(f"call {INSTALLED};a,b\\x1b[31m [red] ")


@pytest.mark.parametrize("name", ["gas.txt", COUNTER, "5", ""])
def test_other_files_are_refused_before_anything_runs(ewasm: Ewasm, name: str) -> None:
    done = ewasm(*INCREMENT, "--profile", name)
    assert (done.code, done.out) == (2, "")
    assert done.error.endswith(".folded; for the tree alone give '-' or let another option follow")


def test_a_file_that_cannot_be_written(ewasm: Ewasm, tmp_path: Path) -> None:
    done = ewasm(*INCREMENT, "--profile", tmp_path / "none" / "gas.json")
    assert done.code == 2
    assert "gas.json: cannot be written" in done.err


def test_prices_are_needed(ewasm: Ewasm) -> None:
    done = ewasm(*INCREMENT, "--profile", "--schedule", "none")
    assert done.code == 2
    assert done.error == "a profile needs prices of instructions; schedule none has none"
