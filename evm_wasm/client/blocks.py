"""Which block somebody means: a number, a name or a hash."""

from __future__ import annotations

import re
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import PREFIX, format_quantity, parse_quantity
from evm_wasm.primitives.types import WORD_LENGTH

NAMES: Final = ("latest", "pending", "earliest", "safe", "finalized")
"""Blocks that have a name in the JSON-RPC interface (execution-apis, "BlockTag")."""

_HASH: Final = re.compile(f"{PREFIX}[0-9a-fA-F]{{{2 * WORD_LENGTH}}}")
_BITS: Final = 64
"""Of a block number (execution-apis, "uint64")."""


def is_block_hash(word: str) -> bool:
    """Whether a word is the hash of a block and no number or name."""
    return _HASH.fullmatch(word) is not None


def parse_block(word: str, *, what: str, takes_hash: bool = True) -> str:
    """A block as a parameter of a method: a quantity, a name or a hash.

    Args:
        word: Decimal or `0x` number, name, or hash.
        what: Name of the source, for errors.
        takes_hash: Whether a hash means something there.

    Raises:
        InputError: None of these.
    """
    if word in NAMES or (takes_hash and is_block_hash(word)):
        return word
    is_number = (word.isascii() and word.isdigit()) or word.startswith(PREFIX)
    if not is_number or is_block_hash(word):
        forms = f"a number, {', '.join(NAMES)}" + (", or a hash" if takes_hash else "")
        raise InputError(f"{what}: a block is {forms}")
    return format_quantity(parse_quantity(word, what=what, bits=_BITS, decimal=True))


def state_parameter(block: str) -> object:
    """A block as the last parameter of a method that reads state (EIP-1898 for a hash)."""
    return {"blockHash": block} if is_block_hash(block) else block
