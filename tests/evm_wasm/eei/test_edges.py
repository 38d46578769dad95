"""Pointers at the edges of both memories, for every method that has one, in both forms.

One contract for each method takes the arguments from its call data, calls, keeps the result in its
memory and returns all of that memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from builders import OTHER, World, contract, data, eei

from evm_wasm.eei import frame_memory as layout
from evm_wasm.eei.spec import OUTPUTS, Kind, Method
from evm_wasm.eei.table import METHODS, TABLE
from evm_wasm.model.message import HaltReason, Outcome, Status
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.vm import Vm
from evm_wasm.vm.vm import HOST, MODULE

PAGE = 65_536
FRAME = layout.FRAME_PAGES * PAGE
TWO_32 = 2**32
ARGUMENTS, RESULT, ADDRESS, WORDS, FREE = 1_024, 2_048, 4_096, 5_120, 8_192
"""Where things lie in the contract's memory; numbers of 128 bits at 0 are zero."""

POINTING = [method for method in METHODS if any(p.kind.size != 0 for p in method.params)]
NUMBERS = frozenset({Kind.I32, Kind.I64, Kind.SIGNED_I64})
PAGES = (1, 2, 3)
"""The contract's memory is as large as the frame memory, or larger: then that edge lies inside."""


def calling(method: Method, pages: int) -> bytes:
    loads = [
        f"(i64.load (i32.const {ARGUMENTS + 8 * place}))"
        if kind == "i64"
        else f"(i32.load (i32.const {ARGUMENTS + 8 * place}))"
        for place, kind in enumerate(method.wasm_params)
    ]
    called = f"(call ${method.name} {' '.join(loads)})"
    if method.result:
        called = f"({method.result}.store (i32.const {RESULT}) {called})"
    needed = {
        "callDataCopy": eei("callDataCopy", "i32", "i32", "i32"),
        "finish": eei("finish", "i32", "i32"),
        method.name: eei(method.name, *method.wasm_params, result=method.result),
    }
    arguments = f"(call $callDataCopy (i32.const {ARGUMENTS}) (i32.const 0) (i32.const {8 * len(method.params)}))"
    end = f"(call $finish (i32.const 0) (i32.const {pages * PAGE}))"
    more = data(ADDRESS, OTHER) + data(WORDS, bytes(range(1, 65)))
    # The last bytes of the memory are not zero either: what is read there is seen.
    more += data(pages * PAGE - 64, bytes(range(101, 165)))
    return contract(
        arguments + called + end, imports="".join(needed.values()), more=more, pages=f"{pages} 4"
    )


def usual(method: Method) -> list[int]:
    """Arguments with which the method does something."""
    values = []
    for param in method.params:
        if param.kind in OUTPUTS or param.kind is Kind.LATE_ADDRESS_OUT:
            values.append(FREE)
        elif param.kind is Kind.ADDRESS_IN:
            values.append(ADDRESS)
        elif param.kind in (Kind.WORD_IN, Kind.LATE_WORD_IN):
            values.append(WORDS)
        else:
            special = {"gas": 30_000, "numberOfTopics": 4, "number": 999}
            values.append(special.get(param.name, 0))
    return values


def edges(size: int, length: int) -> list[int]:
    """Pointers to `length` bytes at the edges of a memory of this size and of all memories."""
    ends = (size, FRAME, TWO_32)
    near = {end - length + offset for end in ends for offset in (-1, 0, 1)}
    at_the_end = {end + offset for end in ends for offset in (-1, 0, 1)}
    return sorted({value % TWO_32 for value in near | at_the_end} | {2**31, 2**31 - 1})


def argument_lists(method: Method, size: int) -> Iterator[list[int]]:
    for place, param in enumerate(method.params):
        if param.kind in NUMBERS:
            continue
        if param.length is None:
            for edge in edges(size, param.kind.size or 0):
                arguments = usual(method)
                arguments[place] = edge
                yield arguments
            continue
        for length in (0, 1, 32, 33, size, size + 1, TWO_32 - 1):
            for edge in {0, *edges(size, length)}:
                arguments = usual(method)
                arguments[place] = edge
                arguments[method.index_of(param.length)] = length
                yield arguments


def outcomes(method: Method, pages: int, form: str) -> list[tuple[object, ...]]:
    world = World(schedule="particles")
    world.vm = Vm(BYZANTIUM, "particles", eei=form)
    world.install(calling(method, pages))
    world.install(contract(""), OTHER)
    seen = []
    for arguments in argument_lists(method, pages * PAGE):
        sent = b"".join(value.to_bytes(8, "little") for value in arguments)
        mark = world.state.checkpoint()
        outcome = world.call(data=sent, gas=3_000_000)
        state = world.state
        seen.append((tuple(arguments), outcome, state.logs, state.refund, state.storage_changes()))
        state.revert(mark)
    return seen


def test_nearly_all_methods_have_pointers() -> None:
    assert len(POINTING) == 25
    assert {"call", "create", "log", "storageLoad", "getBlockHash"} <= {m.name for m in POINTING}


@pytest.mark.parametrize("pages", PAGES)
@pytest.mark.parametrize("method", POINTING, ids=lambda method: method.name)
def test_both_forms_do_the_same(method: Method, pages: int) -> None:
    host, module = (outcomes(method, pages, form) for form in (HOST, MODULE))
    assert len(host) >= 8
    for ours, theirs in zip(module, host, strict=True):
        assert ours == theirs
    statuses = {outcome.status for _, outcome, *_ in host}
    assert Status.FAILURE in statuses
    assert statuses & {Status.SUCCESS, Status.REVERT}


@pytest.mark.parametrize("form", [HOST, MODULE])
@pytest.mark.parametrize("pages", PAGES)
@pytest.mark.parametrize(
    ("name", "size"), [("getCaller", 20), ("getTxGasPrice", 16), ("storageLoad", 32)]
)
def test_the_last_bytes_may_be_written_and_no_more(
    name: str, size: int, pages: int, form: str
) -> None:
    """What both forms do is also what is right."""
    end = pages * PAGE
    method = TABLE[name]
    results = {arguments[-1]: outcome for arguments, outcome, *_ in outcomes(method, pages, form)}
    assert is_success(results[end - size])
    assert is_success(results[end - size - 1])
    for pointer in (end - size + 1, end - 1, end, end + 1, TWO_32 - size, TWO_32 - 1):
        if pointer + size > end:
            assert results[pointer].halt is HaltReason.BOUNDS, pointer


def is_success(outcome: Outcome) -> bool:
    return outcome.status is Status.SUCCESS
