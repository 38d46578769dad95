"""What a transaction may be and what it costs, fork by fork."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from evm_wasm.model.transaction import TransactionType


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRules:
    """Forms and prices of a transaction itself; prices in gas (yellow paper, appendix G).

    Attributes:
        types: The forms that may be in a block.
        base: Every transaction.
        creation: On top, for one that creates a contract.
        zero_byte: Each zero byte of its data.
        non_zero_byte: Each other byte of its data (EIP-2028 from Istanbul on).
        access_list_address: Each address of its access list (EIP-2930).
        access_list_key: Each storage key of its access list (EIP-2930).
        refund_quotient: At most gas used divided by this is refunded (EIP-3529 from London on).
        refuses_code: Whether an account that has code can send none (EIP-3607).
    """

    types: tuple[TransactionType, ...] = (TransactionType.LEGACY,)
    base: int = 21_000
    creation: int = 32_000
    zero_byte: int = 4
    non_zero_byte: int = 68
    access_list_address: int = 2_400
    access_list_key: int = 1_900
    refund_quotient: int = 2
    refuses_code: bool = False


_BYZANTIUM: Final = TransactionRules()
_ISTANBUL: Final = replace(_BYZANTIUM, non_zero_byte=16)
_BERLIN: Final = replace(_ISTANBUL, types=(TransactionType.LEGACY, TransactionType.ACCESS_LIST))
_LONDON: Final = replace(
    _BERLIN, types=tuple(TransactionType), refund_quotient=5, refuses_code=True
)

TRANSACTION_FORKS: Final[Mapping[str, TransactionRules]] = MappingProxyType(
    {
        "Byzantium": _BYZANTIUM,
        "Constantinople": _BYZANTIUM,
        "ConstantinopleFix": _BYZANTIUM,
        "Istanbul": _ISTANBUL,
        "Berlin": _BERLIN,
        "London": _LONDON,
    }
)
"""By the names that ethereum/tests gives them. All have EIP-2 (low s) and EIP-155 (chain ids)."""
