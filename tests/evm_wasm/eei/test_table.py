"""The table holds together: rows, implementations, signatures, reference; and so do its promises."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from builders import CONTRACT, ETHER, World, contract, eei

import injector
from evm_wasm.eei.docs import SIGNATURES_FILE, to_json, to_markdown, to_signatures
from evm_wasm.eei.spec import OUTPUTS, Kind, Method
from evm_wasm.eei.table import METHODS, TABLE
from evm_wasm.model.message import HaltReason, Outcome, Status
from evm_wasm.rules.forks import BYZANTIUM

pytestmark = pytest.mark.usefixtures("both_forms")

PAGE = 65_536
SCRATCH = 1_024
"""Where arguments that must be valid point to; the memory there is zero."""

NAMES = [method.name for method in METHODS]


def arguments(method: Method, **overrides: int) -> list[int]:
    """Valid arguments: pointers at zeroed memory, lengths of 32, no gas, no topics."""
    values = {Kind.I32: 0, Kind.I64: 999, Kind.SIGNED_I64: 0}
    chosen = {param.name: values.get(param.kind, SCRATCH) for param in method.params}
    return [overrides.get(name, value) for name, value in chosen.items()]


def call_text(method: Method, values: list[int]) -> str:
    pushed = " ".join(
        f"({param.kind.wasm_type}.const {value})"
        for param, value in zip(method.params, values, strict=True)
    )
    call = f"(call ${method.name} {pushed})"
    return f"(drop {call})" if method.result else call


def run_method(
    method: Method, values: list[int], *, gas: int = 10_000_000, static: bool = False
) -> tuple[World, Outcome]:
    world = World()
    code = contract(
        call_text(method, values),
        imports=eei(method.name, *method.wasm_params, result=method.result),
    )
    world.install(code, balance=ETHER)
    return world, world.call(gas=gas, static=static)


def test_there_are_33_methods_each_once() -> None:
    assert len(METHODS) == len(TABLE) == 33


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_implementation_takes_what_the_row_gives(method: Method) -> None:
    lengths = {
        param.length for param in method.params if param.length and param.kind not in OUTPUTS
    }
    passed = [
        param for param in method.params if param.kind not in OUTPUTS and param.name not in lengths
    ]
    inspect.signature(method.run).bind(None, *passed)


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_prices_and_lengths_name_what_exists(method: Method) -> None:
    assert getattr(BYZANTIUM.gas, method.cost.fixed) >= 0
    for part in method.cost.linear:
        assert getattr(BYZANTIUM.gas, part.price) > 0
        assert method.params[method.index_of(part.param)].kind is Kind.I32
    for param in method.params:
        if param.length is not None:
            assert method.params[method.index_of(param.length)].kind is Kind.I32


STATE_DEPENDENT_GAS = {"storageStore": 5_000, "selfDestruct": 25_000}
"""What valid arguments cost beyond the table: a slot that stays zero, a new beneficiary."""


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_costs_exactly_what_the_table_says(method: Method) -> None:
    values = arguments(method)
    price = getattr(BYZANTIUM.gas, method.cost.fixed) + STATE_DEPENDENT_GAS.get(method.name, 0)
    _, outcome = run_method(method, values, gas=price)
    assert outcome.status is not Status.FAILURE
    assert outcome.particles_left == 0
    if price:
        _, short = run_method(method, values, gas=price - 1)
        assert short.halt is HaltReason.OUT_OF_GAS


@pytest.mark.parametrize(
    ("name", "overrides", "price"),
    [
        ("callDataCopy", {"length": 0}, 3),
        ("codeCopy", {"length": 1}, 3 + 3),
        ("codeCopy", {"length": 32}, 3 + 3),
        ("codeCopy", {"length": 33}, 3 + 6),
        ("log", {"length": 5}, 375 + 5 * 8),
        ("log", {"numberOfTopics": 4}, 375 + 4 * 375),
        ("log", {"length": 1, "numberOfTopics": 1}, 375 + 375 + 8),
        ("create", {}, 32_000),
        ("useGas", {"amount": 77}, 77),
    ],
)
def test_linear_prices(name: str, overrides: dict[str, int], price: int) -> None:
    method = TABLE[name]
    _, outcome = run_method(method, arguments(method, **overrides), gas=100_000)
    assert 100_000 - outcome.particles_left == price


@pytest.mark.parametrize("method", [m for m in METHODS if m.writes], ids=lambda m: m.name)
def test_writes_fail_in_a_static_frame(method: Method) -> None:
    _, allowed = run_method(method, arguments(method))
    assert allowed.status is Status.SUCCESS
    world, refused = run_method(method, arguments(method), static=True)
    assert refused.halt is HaltReason.STATIC_WRITE
    assert world.state.logs == ()


def test_the_rows_that_write_are_those_the_interface_forbids() -> None:
    assert [method.name for method in METHODS if method.writes] == [
        "log",
        "storageStore",
        "create",
        "selfDestruct",
    ]


POINTERS = [
    (method, param.name)
    for method in METHODS
    for param in method.params
    if param.kind.size != 0
    and param.kind not in (Kind.DATA_IN, Kind.LATE_DATA_IN, Kind.LATE_WORD_IN)
]


@pytest.mark.parametrize(
    ("method", "name"), POINTERS, ids=[f"{method.name}-{name}" for method, name in POINTERS]
)
def test_a_pointer_one_byte_too_far_fails(method: Method, name: str) -> None:
    size = method.params[method.index_of(name)].kind.size or 0
    _, fits = run_method(method, arguments(method, **{name: PAGE - size}))
    assert fits.status is not Status.FAILURE
    _, outcome = run_method(method, arguments(method, **{name: PAGE - size + 1}))
    assert outcome.halt is HaltReason.BOUNDS
    _, wraps = run_method(method, arguments(method, **{name: 0xFFFF_FFFF}))
    assert wraps.halt is HaltReason.BOUNDS


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_exactly_the_signature_is_accepted(method: Method) -> None:
    good = contract("", imports=eei(method.name, *method.wasm_params, result=method.result))
    assert injector.check(good) == ()
    swapped = ["i64" if kind == "i32" else "i32" for kind in method.wasm_params]
    wrong = [
        eei(method.name, *method.wasm_params, "i32", result=method.result),
        eei(method.name, *method.wasm_params, result=None if method.result else "i32"),
    ]
    if swapped:
        wrong.append(eei(method.name, *swapped, result=method.result))
        wrong.append(eei(method.name, *method.wasm_params[1:], result=method.result))
    for imports in wrong:
        (finding,) = injector.check(contract("", imports=imports))
        assert method.name in str(finding)


def test_generated_signatures_are_in_step() -> None:
    assert SIGNATURES_FILE.read_text(encoding="utf-8") == to_signatures()


def test_reference_is_in_step() -> None:
    reference = Path(__file__).parents[3] / "docs" / "eei.md"
    assert to_markdown() in reference.read_text(encoding="utf-8")


def test_json_reference_lists_every_method() -> None:
    assert [entry["name"] for entry in to_json()] == NAMES


def test_recipient_is_the_contract() -> None:
    method = TABLE["getAddress"]
    world = World()
    world.install(
        contract(
            "(call $getAddress (i32.const 0)) (call $finish (i32.const 0) (i32.const 20))",
            imports=eei(method.name, "i32") + eei("finish", "i32", "i32"),
        )
    )
    assert world.call().output == CONTRACT
