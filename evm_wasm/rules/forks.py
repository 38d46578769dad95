"""The forks: named values of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from evm_wasm.rules.limits import ProtocolLimits
from evm_wasm.rules.schedule import GasSchedule
from evm_wasm.rules.transactions import TRANSACTION_FORKS, TransactionRules


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFeeRules:
    """How the base fee follows the use of blocks (EIP-1559).

    Attributes:
        elasticity: A block is meant to use its gas limit divided by this.
        change_denominator: From one block to the next the base fee changes by at most one part in
            this many.
        initial: Of the genesis block unless it says otherwise, in wei for one gas.
    """

    elasticity: int = 2
    change_denominator: int = 8
    initial: int = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that may change from fork to fork.

    Attributes:
        name: As the state tests spell it.
        gas: Prices of the EEI.
        transaction: Forms and prices of transactions.
        limits: Limits of frames and contracts.
        delete_empty_accounts: Touched empty accounts vanish after a transaction (EIP-161).
        new_contract_nonce: Nonce of an account created by a contract creation (EIP-161).
        base_fee: None where blocks have none and the coinbase gets the whole price.
        block_gas_limit: Of the genesis block unless it says otherwise, in gas.
    """

    name: str
    gas: GasSchedule = field(default_factory=GasSchedule)
    transaction: TransactionRules = field(default_factory=TransactionRules)
    limits: ProtocolLimits = field(default_factory=ProtocolLimits)
    delete_empty_accounts: bool = True
    new_contract_nonce: int = 1
    base_fee: BaseFeeRules | None = None
    block_gas_limit: int = 100_000_000


BYZANTIUM: Final = Rules(name="Byzantium")
"""The rules of the official ewasm state tests."""

DEVNET: Final = Rules(
    name="Devnet",
    gas=GasSchedule(compile_byte=5),
    transaction=TRANSACTION_FORKS["London"],
    limits=ProtocolLimits(code_size=1 << 20),
    base_fee=BaseFeeRules(),
)
"""Our own chains: London's transactions and blocks over the EEI of revision 4 at its own prices.

Compiling is paid for, and code may have 1 MiB (at 200 + 16 + 5 gas a byte the gas limit of a block
binds first).
"""

FORKS: Final[Mapping[str, Rules]] = MappingProxyType(
    {rules.name: rules for rules in (BYZANTIUM, DEVNET)}
)
