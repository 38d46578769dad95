"""The forks: named values of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from evm_wasm.rules.limits import ProtocolLimits
from evm_wasm.rules.schedule import GasSchedule, TransactionSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that may change from fork to fork.

    Attributes:
        name: As the state tests spell it.
        gas: Prices of the EEI.
        transaction: Prices of transactions.
        limits: Limits of frames and contracts.
        delete_empty_accounts: Touched empty accounts vanish after a transaction (EIP-161).
        new_contract_nonce: Nonce of an account created by a contract creation (EIP-161).
    """

    name: str
    gas: GasSchedule = field(default_factory=GasSchedule)
    transaction: TransactionSchedule = field(default_factory=TransactionSchedule)
    limits: ProtocolLimits = field(default_factory=ProtocolLimits)
    delete_empty_accounts: bool = True
    new_contract_nonce: int = 1


BYZANTIUM: Final = Rules(name="Byzantium")
"""The rules of the official ewasm state tests."""

FORKS: Final[Mapping[str, Rules]] = MappingProxyType({rules.name: rules for rules in (BYZANTIUM,)})
