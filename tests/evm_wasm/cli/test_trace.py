"""The lines of `ewasm exec --trace`, word by word."""

from __future__ import annotations

from pathlib import Path

from command_line import ALICE, CALLER, COUNTER, DEPLOYED, INSTALLED, TOKEN_DEPLOY, Ewasm

from evm_wasm.cli.gas_text import format_gas

ZERO = "0x" + "00" * 32
ONE = "0x" + "00" * 31 + "01"


def test_each_call_is_a_line_with_its_gas(ewasm: Ewasm) -> None:
    done = ewasm("exec", COUNTER, "--call", "increment()", "--schedule", "unit", "--trace")
    plain = ewasm("exec", COUNTER, "--call", "increment()", "--schedule", "unit")
    lines = done.err.splitlines()
    assert done.out == plain.out
    assert lines[0] == (
        f"   0 > call {INSTALLED} from {ALICE}, value 0, gas 9978728, input 0xd09de08a"
    )
    assert [line.split(", gas ")[0] for line in lines[1:-1]] == [
        "   0   getCallDataSize() = 4",
        "   0   callDataCopy(resultOffset=@0x40, dataOffset=0, length=4)",
        f"   0   storageLoad(pathOffset={ZERO}, resultOffset=@0x20)",
        f"   0   storageStore(pathOffset={ZERO}, valueOffset={ONE})",
    ]
    for line, price in zip(lines[1:-1], (2, 6, 200, 20_000), strict=True):
        before, after = line.replace(".", "").split(", gas ")[1].split(" -> ")
        assert int(before) - int(after) == price * 10_000
    assert lines[-1].startswith("   0 < success, gas left ")
    assert lines[-1].endswith(", output 0x")


def test_particles_are_decimals(ewasm: Ewasm) -> None:
    done = ewasm("exec", COUNTER, "--call", "increment()", "--trace")
    assert done.err.splitlines()[1] == (
        "   0   getCallDataSize() = 4, gas 9978727.9775 -> 9978725.9775"
    )


def test_inner_frames_are_indented_and_come_before_the_line_of_their_call(
    ewasm: Ewasm, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    ewasm("exec", TOKEN_DEPLOY, "--deploy", "--state", state, "--save")
    supply = "03" + DEPLOYED[2:] + "00000000000186a0" + "00" * 16 + "18160ddd"
    lines = ewasm("exec", CALLER, "--input", "0x" + supply, "--state", state, "--trace").err
    started = lines.index(f"\n   1   > callStatic {DEPLOYED} from {INSTALLED}, value 0, gas 100000")
    ended = lines.index("\n   1   < success, ")
    called = lines.index(f"\n   0   callStatic(gas=100000, addressOffset={DEPLOYED}, ")
    assert started < lines.index("\n   1     storageLoad(") < ended < called


def test_a_trap_shows_the_functions_on_the_stack(ewasm: Ewasm, tmp_path: Path) -> None:
    contract = tmp_path / "deep.wat"
    contract.write_text(
        '(module (memory (export "memory") 1) (func $inner unreachable)'
        ' (func $outer (call $inner)) (func $main (export "main") (call $outer)))'
    )
    assert ewasm("exec", contract, "--trace").err.splitlines()[1:] == [
        "   0 < failure: wasm trap: wasm `unreachable` instruction executed",
        "   0     at `inner`",
        "   0     at `outer`",
        "   0     at `main`",
    ]


def test_what_ends_the_frame_is_said(ewasm: Ewasm) -> None:
    lines = ewasm("exec", COUNTER, "--input", "0x00000000", "--trace").err.splitlines()
    assert lines[-2].endswith(", ends the frame: revert")
    assert lines[-1].startswith("   0 < revert, gas left ")


def test_names_from_a_module_cannot_act_on_the_terminal(ewasm: Ewasm, tmp_path: Path) -> None:
    contract = tmp_path / "hostile.wat"
    contract.write_text(
        '(module (memory (export "memory") 1)'
        ' (func $f (@name "\\1b[2J") unreachable) (func (export "main") (call $f)))'
    )
    done = ewasm("exec", contract, "--trace")
    assert "\x1b" not in done.err
    assert "`\\x1b[2J`" in done.err


def test_gas_is_written_as_its_scale_needs() -> None:
    assert format_gas(12_345, 10_000) == "1.2345"
    assert format_gas(12_345_678, 1) == "12345678"
    assert format_gas(12_345_678, 1, grouped=True) == "12,345,678"
    assert format_gas(50, 12) == "4 2/12"
