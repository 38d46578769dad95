"""Bad input of every kind: one line that names what and where, an exit code, nothing changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import ALICE, BOB, COUNTER, DEPLOYED, ERROR, TOKEN_DEPLOY, Ewasm

from evm_wasm.rules.limits import MAX_GAS

USAGE = {
    "no contract": ((), "Missing argument 'CONTRACT'"),
    "unknown option": ((COUNTER, "--frm", ALICE), "--frm"),
    "arguments without call": ((COUNTER, "1"), "arguments need --call SIGNATURE"),
    "call and input": ((COUNTER, "--call", "f()", "--input", "0x"), "--call or --input, not both"),
    "save without state": ((COUNTER, "--save"), "--save needs --state FILE"),
    "address without state": ((DEPLOYED,), "an address needs --state FILE"),
    "deploy an address": ((DEPLOYED, "--deploy"), "--deploy needs a file"),
    "deploy somewhere": ((COUNTER, "--deploy", "--to", BOB), "--deploy and --to"),
    "deploy with input": ((COUNTER, "--deploy", "--input", "0x"), "--deploy takes neither"),
    "unknown fork": ((COUNTER, "--fork", "Frontier"), "'--fork'"),
}

WORDS = {
    "odd hex": (("--input", "0x123"), "--input: an odd number of hexadecimal digits (3)"),
    "no prefix": (("--input", "1234"), "--input: hexadecimal text must begin with 0x"),
    "no digit": (("--input", "0x12zz"), "--input: no hexadecimal digit at character 5"),
    "short address": (("--from", "0x01"), "--from: 1 bytes where 20 were expected"),
    "bad receiver": (("--to", "bob"), "--to: hexadecimal text must begin with 0x"),
    "unknown unit": (("--value", "1eth"), "--value: unknown unit 'eth'; the units are "),
    "negative value": (("--value=-1",), "--value: an amount is a number that is not negative"),
    "fraction of a wei": (("--value", "0.5wei"), "--value: the amount has a fraction of a wei"),
    "huge value": (("--value", str(2**256)), "--value: the number does not fit in 256 bits"),
    "gas is a word": (("--gas", "much"), "--gas: an amount of gas is a number"),
    "gas too large": (
        ("--gas", str(MAX_GAS + 1)),
        f"--gas: {MAX_GAS + 1} gas do not fit into a frame; give at most {MAX_GAS}",
    ),
    "gas far too large": (("--gas", "9" * 5_000), "--gas: the number does not fit in 256 bits"),
    "gas below intrinsic": (("--gas", "20999"), "intrinsic gas too low: 21000 needed, "),
    "no funds": (("--value", "1000001ether"), "insufficient funds: "),
    "unknown schedule": (("--schedule", "cheap"), "schedule 'cheap': neither one of "),
    "no function": (("--call", "transfer"), "--call: a function is its name and its types, "),
    "unclosed": (("--call", "f(uint8"), "--call: a function is its name and its types, "),
    "unknown type": (("--call", "f(uint7)"), "--call: (uint7) is no list of ABI types"),
    "deep types": (("--call", "f" + "(" * 999 + ")" * 999), "--call: types are nested deeper"),
    "too few": (("--call", "f(uint8,bool)", "1"), "--call: f(uint8,bool) takes 2 arguments, 1"),
    "too many": (("--call", "f(bool)", "1", "2"), "--call: f(bool) takes 1 argument, 2 given"),
    "out of range": (("--call", "f(uint8)", "256"), "argument 1 (uint8): the number does not fit"),
    "no bool": (("--call", "f(bool)", "1"), "argument 1 (bool): neither true nor false"),
    "bytes too short": (("--call", "f(bytes4)", "0x01"), "argument 1 (bytes4): 1 bytes where 4 "),
    "no array": (("--call", "f(uint8[])", "1"), "argument 1 (uint8[]): a int where a JSON array"),
    "wrong item": (("--call", "f(uint8[])", "[1,-1]"), "argument 1 (uint8[])[1]: the number does"),
    "wrong size": (("--call", "f(bool[2])", "[true]"), "argument 1 (bool[2]): 1 items where 2 "),
    "float": (("--call", "f(uint8[])", "[1.0]"), "argument 1 (uint8[])[0]: not a number, "),
}

STATES = {
    "no JSON": ("{", ": not JSON: "),
    "an array": ("[]", ": a list where a JSON object was expected"),
    "deep": ("[" * 100_000, ": JSON is nested too deeply"),
    "a bad address": ('{"0x12": {}}', ": 0x12: 1 bytes where 20 were expected"),
    "an unknown member": (json.dumps({BOB: {"blance": "1"}}), f": {BOB}: unknown member blance; "),
    "a wrong type": (json.dumps({BOB: {"balance": [1]}}), f": {BOB}.balance: a list where "),
    "a float": (json.dumps({BOB: {"balance": 1.5}}), f": {BOB}.balance: a float where "),
    "a bool": (json.dumps({BOB: {"nonce": True}}), f": {BOB}.nonce: a bool where "),
    "a negative number": (json.dumps({BOB: {"balance": -1}}), f": {BOB}.balance: a negative"),
    "odd code": (json.dumps({BOB: {"code": "0x123"}}), f": {BOB}.code: an odd number of "),
    "a bad slot": (json.dumps({BOB: {"storage": {"0xzz": "0x1"}}}), f": {BOB}.storage.0xzz: no "),
    "a null": ("null", ": a NoneType where a JSON object was expected"),
    "a twin": (f'{{"{BOB}": {{}}, "{BOB}": {{}}}}', f": the member {BOB} occurs twice"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE.keys())
def test_bad_usage_points_to_the_help(ewasm: Ewasm, words: tuple[str, ...], message: str) -> None:
    done = ewasm("exec", *words)
    assert done.code == 2
    assert message in done.error
    assert done.error.endswith("; see 'ewasm exec --help'")


@pytest.mark.parametrize(("words", "message"), WORDS.values(), ids=WORDS.keys())
def test_bad_words_are_named(
    ewasm: Ewasm, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    state = tmp_path / "state.json"
    call, *rest = words
    arguments = (call, *rest) if call != "--call" else (call, rest[0], "--", *rest[1:])
    done = ewasm("exec", "--state", state, "--save", COUNTER, *arguments)
    assert done.code == 2
    assert done.out == ""
    assert done.error.startswith(message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("text", "message"), STATES.values(), ids=STATES.keys())
def test_bad_states_are_named_and_left_alone(
    ewasm: Ewasm, tmp_path: Path, text: str, message: str
) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)
    done = ewasm("exec", COUNTER, "--state", state, "--save", "--call", "increment()")
    assert done.code == 2
    assert done.error.startswith(f"{state}{message}")
    assert state.read_text() == text
    assert list(tmp_path.iterdir()) == [state]


def test_a_state_that_is_no_text_is_named(ewasm: Ewasm, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(b'{"\xff": {}}')
    done = ewasm("exec", COUNTER, "--state", state)
    assert (done.code, done.error) == (2, f"{state}: not UTF-8 text, at byte 2")


def test_missing_files_are_named(ewasm: Ewasm, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    for words in (("exec", missing), ("exec", COUNTER, "--state", missing), ("check", missing)):
        done = ewasm(*words)
        assert done.code == 2
        assert done.error == f"{missing}: cannot be read: No such file or directory"


def test_a_directory_is_no_file(ewasm: Ewasm, tmp_path: Path) -> None:
    for words in (
        ("exec", tmp_path),
        ("exec", COUNTER, "--state", tmp_path),
        ("exec", COUNTER, "--state", tmp_path, "--save"),
        ("inject", tmp_path, "-o", tmp_path / "out.wasm"),
        ("inject", COUNTER, "-o", tmp_path),
        ("check", tmp_path),
    ):
        done = ewasm(*words)
        assert done.code == 2
        assert done.error.startswith(f"{tmp_path}: cannot be ")
        assert done.error.endswith("Is a directory")
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_odd_characters_is_shown_escaped(ewasm: Ewasm) -> None:
    for name in ("a\x1b[31m", "a\nb", "a\0b", "\udcff", ""):
        done = ewasm("exec", name)
        assert done.code == 2
        assert done.error.isprintable()


def test_a_state_that_cannot_be_written_is_named(ewasm: Ewasm, tmp_path: Path) -> None:
    state = tmp_path / "missing" / "state.json"
    done = ewasm("exec", COUNTER, "--call", "increment()", "--state", state, "--save")
    assert done.code == 2
    assert done.out == ""
    assert done.error == f"{state}: cannot be written: No such file or directory"


def test_a_write_that_fails_leaves_the_file_as_it_was(
    ewasm: Ewasm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state.json"
    assert ewasm("exec", TOKEN_DEPLOY, "--deploy", "--state", state, "--save").code == 0
    before = state.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    call = ("--call", "transfer(address,uint64)", BOB, "1", "--state", state, "--save")
    done = ewasm("exec", DEPLOYED, *call)
    assert (done.code, done.error) == (2, f"{state}: cannot be written: No space left on device")
    assert state.read_bytes() == before
    assert list(tmp_path.iterdir()) == [state]


def _cut(module: bytes) -> dict[str, bytes]:
    return {f"cut at {size}": module[:size] for size in (1, 7, 8, 9, 20, 200, len(module) - 1)}


MODULES = {
    "empty": b"",
    "text": b"hello",
    "zeros": bytes(100),
    "magic only": b"\0asm",
    "version 2": b"\0asm\2\0\0\0",
    "header only": b"\0asm\1\0\0\0",
    "endless number": b"\0asm\1\0\0\0\1" + b"\xff" * 50,
    "huge section": b"\0asm\1\0\0\0\1\xff\xff\xff\xff\x0f",
    "huge count": b"\0asm\1\0\0\0\1\5\xff\xff\xff\xff\x0f",
    "noise": bytes(range(256)) * 4,
    "noise in a code section": b"\0asm\1\0\0\0\x0a" + bytes([127]) + bytes(range(127)),
    **_cut(Path(COUNTER).read_bytes()),
}


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
def test_modules_that_are_none_are_refused(ewasm: Ewasm, tmp_path: Path, module: bytes) -> None:
    contract, state = tmp_path / "contract.wasm", tmp_path / "state.json"
    contract.write_bytes(module)
    for deploy in ((), ("--deploy",)):
        done = ewasm("exec", contract, "--state", state, "--save", *deploy)
        assert done.code == 1
        assert done.out == ""
        for line in done.err.splitlines():
            assert line.startswith(f"{ERROR}{contract}: ")
            assert "offset 0x" in line
    assert not state.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: "),
        ("(", "line 1, column 2: "),
        ("(module (func (foo)))", "line 1, column 16: "),
        ("(" * 100_000, "line 1, column "),
        ("(module \0)", "line 1, column 9: "),
    ],
)
def test_bad_text_is_named_with_its_place(
    ewasm: Ewasm, tmp_path: Path, text: str, message: str
) -> None:
    contract = tmp_path / "contract.wat"
    contract.write_text(text)
    done = ewasm("exec", contract)
    assert done.code == 2
    assert done.error.startswith(f"{contract}: {message}")
