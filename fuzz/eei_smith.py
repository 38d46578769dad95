"""Contracts of `smith` that log and store.

`smith` rarely calls an import, and passes numbers that are mostly pointers outside of the memory.
Here more calls stand where it counts the turns that are left (at the start of functions and loops),
each call goes through a function of our own that brings its arguments into range, the memory holds
keys, values and addresses, and a program without turns left finishes instead of trapping, so that
what it has logged and stored stays.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import Final

import wasmtime

from evm_wasm.eei.spec import Kind, Method, Param
from evm_wasm.eei.table import TABLE
from fuzz.eei_programs import CONTRACTS, STRANGERS
from fuzz.proof import chance
from fuzz.smith import CONTRACT, run_tool, shape_file, smith

_ALWAYS: Final = ("finish", "log", "storageLoad", "storageStore")
_SOMETIMES: Final = tuple(sorted(set(TABLE) - {*_ALWAYS, "useGas", "selfDestruct"}))
_SHAPES: Final = 12
_WORDS: Final = 1_024  # bytes of keys and values, from 0 on
_ADDRESSES: Final = _WORDS + 64  # where eight addresses lie, 32 bytes apart

_IMPORT: Final = re.compile(r'^  \(import "ethereum" "(\w+)" \(func \(;(\d+);\)', re.MULTILINE)
_FUNCTION: Final = re.compile(r"^  \(func \(;(\d+);\)", re.MULTILINE)
_CALL: Final = re.compile(r"^( *)call (\d+)$", re.MULTILINE)
_TURN: Final = re.compile(
    r"(global\.get (\d+)\n *i32\.eqz\n *if ;; label = @\d+\n *)unreachable"
    r"(\n *end\n *global\.get \2\n *i32\.const 1\n *i32\.sub\n *global\.set \2)$",
    re.MULTILINE,
)
"""How `smith` ends a program without turns left, and counts them."""


def writing_contract(proof: str, seed: int) -> bytes:
    """A contract that ends and mostly logs or stores something.

    Raises:
        RuntimeError: `wasm-tools` does not print what it has made, or not as it did.
    """
    random = chance(proof, seed)
    shape = f"--module-shape={_shape(random.randrange(_SHAPES))}"
    options = ("--disallow-traps=true", "--bulk-memory-enabled=false", shape)
    printed = run_tool("print", data=smith(proof, seed, *CONTRACT, *options))
    if printed is None:
        raise RuntimeError("wasm-tools cannot print a module of its own")
    return bytes(wasmtime.wat2wasm(_tamed(printed.decode(), random)))


def _tamed(text: str, random: Random) -> str:
    imported = {int(index): name for name, index in _IMPORT.findall(text)}
    defined = [int(index) for index in _FUNCTION.findall(text)]
    if not imported or not defined:
        raise RuntimeError("wasm-tools prints modules in another form than it did")
    first = max(defined) + 1
    ours = {index: first + place for place, index in enumerate(imported)}
    callable_ = {name: ours[index] for index, name in imported.items()}
    called = _CALL.sub(lambda call: f"{call[1]}call {ours.get(int(call[2]), call[2])}", text)
    more = _TURN.sub(lambda turn: _with_calls(turn, callable_, random), called)
    added = [_wrapper(TABLE[name], index) for index, name in imported.items()]
    addresses = b"".join(each + bytes(12) for each in (*CONTRACTS, *STRANGERS, *CONTRACTS))
    data = ((0, random.randbytes(_WORDS)), (_ADDRESSES, addresses))
    fields = [*added, *(f'(data (i32.const {at}) "{_escaped(part)}")' for at, part in data)]
    return more.rstrip().removesuffix(")") + "\n".join([*fields, ")"])


def _with_calls(turn: re.Match[str], functions: dict[str, int], random: Random) -> str:
    """The counting of turns with an end that keeps what was done, and some calls after it."""
    names = [
        *sorted(functions.keys() - {"finish", "revert"}),
        "storageStore",
        "storageStore",
        "log",
    ]
    calls = "".join(
        f"\n{_call(TABLE[name], functions[name], turn[2], random)}"
        for name in random.choices(names, k=random.choice((0, 1, 1, 2)))
    )
    end = f"i32.const 0 i32.const 64 call {functions['finish']} unreachable"
    return f"{turn[1]}{end}{turn[3]}{calls}"


def _call(method: Method, function: int, turns: str, random: Random) -> str:
    """A call with random numbers; some differ from turn to turn."""
    arguments = []
    for kind in method.wasm_params:
        number = f"{kind}.const {random.randrange(2**31)}"
        is_moving = kind == "i32" and random.random() < 0.4
        turning = f" global.get {turns} i32.const 40 i32.mul i32.add" if is_moving else ""
        arguments.append(number + turning)
    result = "" if method.result is None else " drop"
    return f"{' '.join(arguments)} call {function}{result}"


def _wrapper(method: Method, index: int) -> str:
    """A function of the type of the method that calls it with arguments in range."""
    params = f"(param {' '.join(method.wasm_params)})" if method.params else ""
    result = f"(result {method.result})" if method.result else ""
    arguments = " ".join(_in_range(place, param) for place, param in enumerate(method.params))
    return f"(func {params} {result} {arguments} call {index})"


def _in_range(place: int, param: Param) -> str:
    kind = param.kind.wasm_type
    mask, start = _range(param)
    return f"local.get {place} {kind}.const {mask} {kind}.and {kind}.const {start} {kind}.add"


def _range(param: Param) -> tuple[int, int]:
    """The bits of an argument that are kept, and what is added to them."""
    if param.kind is Kind.ADDRESS_IN:
        return 7 * 32, _ADDRESSES
    if param.name == "pathOffset":
        return 15 * 32, 0
    if param.kind.wasm_type == "i64":
        return 0x1_FFFF, 0
    if param.kind is Kind.I32:
        return 3 if param.name == "numberOfTopics" else 63, 0
    return _WORDS - 64, 0  # pointers to words, values, data and results


@cache
def _shape(number: int) -> str:
    """A file with a module that has the imports and exports of such a contract."""
    more = chance("writing shape", number).sample(_SOMETIMES, 1 + number % 4)
    return str(shape_file(f"writing {number}", sorted({*_ALWAYS, *more})))


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)
