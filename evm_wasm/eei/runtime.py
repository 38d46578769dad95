"""The interface inside the module: the text of the runtime, completed and assembled.

The runtime stands in `wat/`, one file for each theme, with `{names}` in the place of all numbers:
offsets come from `frame_memory`, prices from the gas schedule through the rows of `table.METHODS`.
A function of the runtime does what the row's implementation does as long as nothing is out of the
ordinary; otherwise it changes nothing and calls the host's function of the same name.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from importlib.resources import files
from typing import Final

from evm_wasm.eei import frame_memory as layout
from evm_wasm.eei.spec import Method
from evm_wasm.eei.table import MODULE, TABLE
from evm_wasm.engine import FRAME_EXPORT, wat_to_wasm
from evm_wasm.rules.forks import Rules

FINISHED: Final = 1
REVERTED: Final = 2
"""What the field `ended` says."""

_FIELDS: Final = {
    "getAddress": "address",
    "getCaller": "caller",
    "getTxOrigin": "origin",
    "getBlockCoinbase": "coinbase",
    "getBlockDifficulty": "difficulty",
}
"""Methods that write a field."""

_VALUES: Final = {
    "getCallValue": ("value", "value_is_wide"),
    "getTxGasPrice": ("gas_price", "price_is_wide"),
}
"""Methods that write a field, and the field that says when it does not fit."""

_NUMBERS: Final = {
    "getCallDataSize": "call_data_size",
    "getCodeSize": "code_size",
    "getReturnDataSize": "return_data_size",
    "getBlockGasLimit": "block_gas_limit",
    "getBlockNumber": "block_number",
    "getBlockTimestamp": "block_timestamp",
}
"""Methods whose result is a field."""

_PARTS: Final = {
    "callDataCopy": ("call_data", "call_data_size", "call_data_is_here", 1),
    "codeCopy": ("code", "code_size", "code_is_here", 1),
    "returnDataCopy": ("return_data", "return_data_size", "return_data_is_elsewhere", 0),
}
"""Methods that copy part of a room: the room, the bytes in it, a flag, its value if they are there."""

_WRITTEN_OUT: Final = (
    "useGas",
    "getGasLeft",
    "finish",
    "revert",
    "storageLoad",
    "storageStore",
    "log",
)
"""Methods with a text of their own."""

INSIDE: Final = (*_FIELDS, *_VALUES, *_NUMBERS, *_PARTS, *_WRITTEN_OUT)
"""The methods that run inside the module."""

_THEMES: Final = ("main", "checks", "copies", "gas", "ends", "storage", "log")
_NAME: Final = re.compile(r"\{([A-Za-z_.]+)\}")
_TEXTS: Final = files(__package__) / "wat"


def runtime(rules: Rules, scale: int, *, counts_steps: bool) -> bytes:
    """The runtime for the prices of a fork.

    Args:
        rules: Prices and limits.
        scale: Units of gas in one gas.
        counts_steps: Whether the injected counter counts steps; gas is in the frame memory then.
    """
    return wat_to_wasm(_text(rules, scale, counts_steps=counts_steps), what="the EEI runtime")


def _text(rules: Rules, scale: int, *, counts_steps: bool) -> str:
    names = _constants(rules, scale) | _units(counts_steps=counts_steps)
    parts = [_complete(_read(theme), names) for theme in _THEMES]
    for method in INSIDE:
        if method not in _WRITTEN_OUT:
            template, own = _template(method)
            parts.append(_complete(_read(template), names | own | _costs(method, rules)))
    imports = [_import(TABLE[name]) for name in INSIDE]
    return "\n".join(["(module", *imports, _OWN, *parts, ")"])


_OWN: Final = f"""
  (import "contract" "memory" (memory $memory 0))
  (import "contract" "gas_left" (global $counter (mut i64)))
  (import "contract" "main" (func $main))
  (memory $frame (export "{FRAME_EXPORT.decode()}") {layout.FRAME_PAGES} {layout.FRAME_PAGES})
  (tag $leave)
"""


def _import(method: Method) -> str:
    params = f"(param {' '.join(method.wasm_params)})" if method.params else ""
    result = f"(result {method.result})" if method.result else ""
    return f'  (import "{MODULE}" "{method.name}" (func $host_{method.name} {params} {result}))'


def _read(theme: str) -> str:
    return (_TEXTS / f"{theme}.wat").read_text(encoding="utf-8")


def _complete(text: str, names: dict[str, str]) -> str:
    return _NAME.sub(lambda match: names[match[1]], text)


def _constants(rules: Rules, scale: int) -> dict[str, str]:
    """What the themes name: offsets, prices, limits."""
    gas = rules.gas
    numbers: dict[str, int] = {
        **layout.OFFSETS,
        **{f"price.{name}": price for name, price in asdict(gas).items()},
        "getGasLeft": gas.base,
        "scale": scale,
        "most_gas": (2**63 - 1) // scale,
        "most_slots": layout.MOST_SLOTS,
        "slot_size": layout.SLOT.size,
        "most_topics": rules.limits.log_topics,
        "log_head_size": layout.LOG_HEAD.size,
        "logs_size": layout.SIZES["logs"],
        "finished": FINISHED,
        "reverted": REVERTED,
    }
    for name in _WRITTEN_OUT:
        method = TABLE[name]
        numbers[name] = getattr(gas, method.cost.fixed)
        for part in method.cost.linear:
            numbers[f"{name}.{part.param}"] = getattr(gas, part.price)
    return {name: str(number) for name, number in numbers.items()}


def _units(*, counts_steps: bool) -> dict[str, str]:
    """How the units of gas left are read and set."""
    if not counts_steps:
        return {"units_left": "(global.get $counter)", "set_units_left": "(global.set $counter"}
    at = f"$frame offset={layout.OFFSETS['gas']} (i32.const 0)"
    return {"units_left": f"(i64.load {at})", "set_units_left": f"(i64.store {at}"}


def _template(method: str) -> tuple[str, dict[str, str]]:
    """The file that tells how a method goes, and the names that are its own."""
    offsets = layout.OFFSETS
    own: dict[str, object] = {"method": method}
    if method in _FIELDS:
        field = _FIELDS[method]
        own |= {"field": offsets[field], "size": layout.SIZES[field]}
        template = "field"
    elif method in _VALUES:
        field, flag = _VALUES[method]
        own |= {"field": offsets[field], "size": layout.SIZES[field], "is_wide": offsets[flag]}
        template = "value"
    elif method in _NUMBERS:
        own |= {"field": offsets[_NUMBERS[method]], "type": TABLE[method].result}
        template = "number"
    else:
        room, size, flag, here = _PARTS[method]
        own |= {"room": offsets[room], "bytes": offsets[size]}
        own |= {"flag": offsets[flag], "flag_if_here": here}
        template = "part"
    return template, {name: str(value) for name, value in own.items()}


def _costs(method: str, rules: Rules) -> dict[str, str]:
    """The price of a method as its row states it."""
    cost = TABLE[method].cost
    names = {"fixed": getattr(rules.gas, cost.fixed)}
    for part in cost.linear:
        names |= {"linear": getattr(rules.gas, part.price)}
        names |= {"unit": part.unit, "unit_less_one": part.unit - 1}
    return {name: str(value) for name, value in names.items()}
