"""How words of the command line become values: callbacks for options of `click`.

Each gets the word as it was typed, or None where the option is absent and has no default; each
raises `InputError` that names the option.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

import click

from evm_wasm.client.blocks import parse_block
from evm_wasm.errors import InputError
from evm_wasm.primitives.checksum import parse_checked_address
from evm_wasm.primitives.hexadecimal import PREFIX, parse_bytes, parse_hash, parse_quantity
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.primitives.units import parse_wei
from evm_wasm.rules.limits import MAX_GAS

_ADDRESS: Final = re.compile(f"{PREFIX}[0-9a-fA-F]{{40}}")
_GROUPED: Final = re.compile("[0-9]+([_,][0-9]{3})*")


class Seconds(click.FloatRange):
    """A time to wait: a number, which "nan" is to other types as well."""

    name = "seconds"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's interface
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """The word as a number within the range."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no time", param, ctx)
        return number


def looks_like_address(text: str) -> bool:
    """Whether the text is an address rather than the name of a file."""
    return _ADDRESS.fullmatch(text) is not None


def to_address(_ctx: click.Context, param: click.Parameter, word: str | None) -> Address | None:
    """20 bytes in hexadecimal; in mixed case the checksum must be right."""
    return None if word is None else parse_checked_address(word, what=_name(param))


def to_addresses(
    _ctx: click.Context, param: click.Parameter, words: Sequence[str]
) -> list[Address]:
    """See `to_address`, for an option that may be given several times."""
    return [parse_checked_address(word, what=_name(param)) for word in words]


def to_hash(_ctx: click.Context, param: click.Parameter, word: str) -> Hash32:
    """32 bytes in hexadecimal."""
    return parse_hash(word, what=_name(param))


def to_bytes(_ctx: click.Context, param: click.Parameter, word: str | None) -> bytes | None:
    """Any number of bytes in hexadecimal."""
    return None if word is None else parse_bytes(word, what=_name(param))


def to_wei(_ctx: click.Context, param: click.Parameter, word: str) -> int:
    """An amount of ether with a unit, in wei."""
    return parse_wei(word, what=_name(param))


def to_optional_wei(ctx: click.Context, param: click.Parameter, word: str | None) -> int | None:
    """See `to_wei`."""
    return None if word is None else to_wei(ctx, param, word)


def to_optional_gas(ctx: click.Context, param: click.Parameter, word: str | None) -> int | None:
    """See `to_gas`."""
    return None if word is None else to_gas(ctx, param, word)


def to_block(_ctx: click.Context, param: click.Parameter, word: str) -> str:
    """A block as a parameter of a method of a node."""
    return parse_block(word, what=_name(param))


def to_block_without_hash(_ctx: click.Context, param: click.Parameter, word: str) -> str:
    """See `to_block`, where a hash means nothing."""
    return parse_block(word, what=_name(param), takes_hash=False)


def to_gas(_ctx: click.Context, param: click.Parameter, word: str) -> int:
    """An amount of gas that fits into a frame."""
    what = _name(param)
    if not word.startswith(PREFIX):
        if _GROUPED.fullmatch(word) is None:
            raise InputError(f"{what}: an amount of gas is a number, decimal or {PREFIX}")
        word = word.replace("_", "").replace(",", "")
    gas = parse_quantity(word, what=what, decimal=True)
    if gas > MAX_GAS:
        raise InputError(f"{what}: {gas} gas do not fit into a frame; give at most {MAX_GAS}")
    return gas


def _name(param: click.Parameter) -> str:
    """As people know it: an argument is called by its metavar."""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
