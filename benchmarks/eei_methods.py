"""What one call of each EEI method costs, in both forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from benchmarks.eei_machine import FORMS, Bench, least
from evm_wasm.eei.runtime import INSIDE
from evm_wasm.eei.spec import OUTPUTS, Kind, Method, Param
from evm_wasm.eei.table import METHODS, TABLE
from evm_wasm.engine import wat_to_wasm
from evm_wasm.primitives.types import Address
from evm_wasm.vm.vm import HOST, MODULE

WITHOUT_CODE: Final = Address(b"\xaa" * 20)
EMPTY_CONTRACT: Final = Address(b"\xbb" * 20)
RETURNING: Final = Address(b"\xcc" * 20)
_CALL_DATA: Final = bytes(range(64))

# Where things lie in the memory of the contracts; 0 to 31 is a key or the number 0.
_WITHOUT_CODE, _EMPTY_CONTRACT, _RETURNING, _VALUE, _RESULT = 64, 96, 128, 160, 1_024
_DATA: Final = (
    (_WITHOUT_CODE, WITHOUT_CODE),
    (_EMPTY_CONTRACT, EMPTY_CONTRACT),
    (_RETURNING, RETURNING),
    (_VALUE, b"\x01" * 32),
)

CONTEXT: Final = (
    "getAddress", "getBlockCoinbase", "getBlockDifficulty", "getBlockGasLimit", "getBlockNumber",
    "getBlockTimestamp", "getCallDataSize", "getCallValue", "getCaller", "getCodeSize",
    "getReturnDataSize", "getTxGasPrice", "getTxOrigin",
)  # fmt: skip
"""What the aim for context reads is about."""

ENDS: Final = ("finish", "revert", "selfDestruct")
"""Methods that end their frame: a frame with one, less an empty frame."""


@dataclass(frozen=True, slots=True)
class Case:
    """One way to call a method.

    Attributes:
        label: Of its row.
        method: The method.
        arguments: Those that differ from what their kind gets.
        before: What the contract does first.
        each: What it does before each call.
        turns: Calls in a frame, at most.
    """

    label: str
    method: str
    arguments: dict[str, int] = field(default_factory=dict)
    before: str = ""
    each: str = ""
    turns: int = 100_000


_NEXT_KEY: Final = "(i32.store (i32.const 0) (local.get 0))"
_THIRTY_TWO: Final = {"length": 32}
_OF_CONTRACT: Final = {"addressOffset": _EMPTY_CONTRACT}

_SPECIAL: Final = (
    Case("`useGas`", "useGas", {"amount": 1}),
    Case("`callDataCopy`, 32 bytes", "callDataCopy", _THIRTY_TWO),
    Case("`codeCopy`, 32 bytes", "codeCopy", _THIRTY_TWO),
    Case(
        "`returnDataCopy`, 32 bytes", "returnDataCopy", _THIRTY_TWO,
        before=f"(drop (call $call (i64.const 100000) (i32.const {_RETURNING}) (i32.const 0)"
        " (i32.const 0) (i32.const 0)))",
    ),
    Case("`externalCodeCopy`, 32 bytes", "externalCodeCopy", _THIRTY_TWO | _OF_CONTRACT),
    Case("`getExternalCodeSize`", "getExternalCodeSize", _OF_CONTRACT),
    Case("`storageLoad`, the same slot", "storageLoad"),
    Case("`storageLoad`, another slot each time", "storageLoad", each=_NEXT_KEY, turns=2_000),
    Case("`storageStore`, the same slot", "storageStore", {"valueOffset": _VALUE}),
    Case("`storageStore`, another slot each time", "storageStore", {"valueOffset": _VALUE},
         each=_NEXT_KEY, turns=2_000),
    *(
        Case(f"`log`, 32 bytes, {count} topics", "log", {"numberOfTopics": count, "length": 32},
             turns=2_000)
        for count in range(5)
    ),
    *(
        case
        for name in ("call", "callCode", "callDelegate", "callStatic")
        for case in (
            Case(f"`{name}`, an account without code", name),
            Case(f"`{name}`, an empty contract", name, _OF_CONTRACT, turns=500),
        )
    ),
    Case("`create`, without init code", "create", turns=500),
)  # fmt: skip


def cases() -> list[Case]:
    """Those of all methods that do not end their frame, in the order of the table."""
    special = {case.method for case in _SPECIAL}
    found: list[Case] = []
    for method in METHODS:
        if method.name in ENDS:
            continue
        if method.name in special:
            found += [case for case in _SPECIAL if case.method == method.name]
        else:
            found.append(Case(f"`{method.name}`", method.name))
    return found


def prepared(form: str) -> Bench:
    """A machine with the accounts that the cases name."""
    bench = Bench(form)
    bench.install(contract(""), EMPTY_CONTRACT)
    bench.install(contract(_line(TABLE["finish"], _THIRTY_TWO), TABLE["finish"]), RETURNING)
    return bench


def contract(main: str, *imported: Method) -> bytes:
    """A contract that imports these methods."""
    methods = {method.name: method for method in imported}
    data = "".join(f'(data (i32.const {at}) "{_escaped(part)}")' for at, part in _DATA)
    text = f"""(module {"".join(_import(method) for method in methods.values())}
      (memory (export "memory") 1) {data} (func (export "main") (local i32) {main}))"""
    return wat_to_wasm(text, what="the benchmark")


def calling(case: Case | None, turns: int) -> bytes:
    """A contract that calls a method again and again; without a case the loop alone."""
    again = "(br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))"
    count = f"(local.set 0 (i32.const {turns}))"
    if case is None:
        return contract(f"{count} (loop {again})")
    method = TABLE[case.method]
    line = _line(method, case.arguments)
    main = f"{case.before} {count} (loop {case.each} {line} {again})"
    return contract(main, method, *([TABLE["call"]] if case.before else []))


def per_call(most_turns: dict[str, int], rounds: int) -> list[tuple[str, list[float]]]:
    """Nanoseconds for one call of each method, in both forms, under the label of its row."""
    benches = {form: prepared(form) for form in FORMS}
    rows = [(case.label, [_of_case(benches[form], case, form, most_turns, rounds)
                          for form in FORMS]) for case in cases()]  # fmt: skip
    ends = [(f"`{name}`, beyond an empty frame", [_of_end(benches[form], name, most_turns[HOST] // 5, rounds)
                                  for form in FORMS]) for name in ENDS]  # fmt: skip
    return rows + ends


def _of_case(bench: Bench, case: Case, form: str, most_turns: dict[str, int], rounds: int) -> float:
    is_inside = form == MODULE and case.method in INSIDE
    turns = min(case.turns, most_turns[MODULE if is_inside else HOST])
    loop, calls = calling(None, turns), calling(case, turns)

    def time(code: bytes) -> float:
        bench.install(code)
        bench.time(data=_CALL_DATA)  # compiles it
        return bench.time(data=_CALL_DATA)

    alone, with_calls = least(rounds, lambda: time(loop), lambda: time(calls))
    return max(0.0, (with_calls - alone) / turns)


def _of_end(bench: Bench, name: str, count: int, rounds: int) -> float:
    method = TABLE[name]
    ending = contract(_line(method, _THIRTY_TWO | {"addressOffset": _WITHOUT_CODE}), method)

    def time(code: bytes) -> float:
        bench.install(code)
        bench.time()
        return bench.time(count=count)

    empty, ended = least(rounds, lambda: time(contract("")), lambda: time(ending))
    return max(0.0, ended - empty)


def _line(method: Method, arguments: dict[str, int]) -> str:
    given = " ".join(
        f"({param.kind.wasm_type}.const {arguments.get(param.name, _usual(param))})"
        for param in method.params
    )
    called = f"(call ${method.name} {given})"
    return called if method.result is None else f"(drop {called})"


def _usual(param: Param) -> int:
    if param.kind in OUTPUTS or param.kind is Kind.LATE_ADDRESS_OUT:
        return _RESULT
    if param.kind is Kind.ADDRESS_IN:
        return _WITHOUT_CODE
    return 100_000 if param.name == "gas" else 0


def _import(method: Method) -> str:
    params = f"(param {' '.join(method.wasm_params)})" if method.params else ""
    result = f"(result {method.result})" if method.result else ""
    return f'(import "ethereum" "{method.name}" (func ${method.name} {params} {result}))'


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)
