"""A small chain with everything in it: creations, events, failures, edits, all types."""

from __future__ import annotations

import functools
from pathlib import Path

from evm_wasm.chain.building import BuiltBlock
from evm_wasm.chain.chain import Chain, ChainConfig
from evm_wasm.chain.genesis import Genesis
from evm_wasm.chain.history import StateHistory
from evm_wasm.chain.memory_history import MemoryHistory
from evm_wasm.chain.signing import impersonate, recovered, sign_transaction
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.transaction import (
    AccessEntry,
    RecoveredTransaction,
    TransactionType,
    UnsignedTransaction,
)
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.secp256k1 import address_of_key
from evm_wasm.primitives.types import Address, Word
from evm_wasm.rules.consensus import consensus_version
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.world import WorldState
from evm_wasm.store.opening import open_store
from evm_wasm.vm import Vm

GWEI = 10**9
ETHER = 10**18
ALICE_KEY, BOB_KEY = b"\x01" * 32, b"\x02" * 32
ALICE, BOB = address_of_key(ALICE_KEY), address_of_key(BOB_KEY)
STRANGER = Address(b"\x57" * 20)
COINBASE = Address(b"\xcb" * 20)
TOKEN = contract_address(ALICE, 0)
DEPLOYER = (Path(__file__).resolve().parents[2] / "contracts/token/token_deploy.wasm").read_bytes()

CONFIG = ChainConfig(
    genesis=Genesis(
        world=WorldState.EMPTY.apply(
            {
                ALICE: AccountChange(nonce=0, balance=1_000 * ETHER),
                BOB: AccountChange(nonce=0, balance=1_000 * ETHER),
            }
        ),
        timestamp=1_000,
    )
)

HISTORIES = ("memory", "memory:", "lmdb:", "sqlite:")


def open_history(kind: str, folder: Path, *, keep: int | None = None) -> StateHistory:
    """A history of a kind; what it kept is there again when it is opened once more."""
    if kind == "memory":
        return MemoryHistory(keep=keep)
    url = kind if kind == "memory:" else f"{kind}{folder}/{kind[:-1]}"
    consensus = consensus_version(CONFIG.schedule, CONFIG.rules.name)
    return StateDatabase(open_store(url, create=True), consensus=consensus, keep=keep)


@functools.cache
def machine() -> Vm:
    return Vm(CONFIG.rules, CONFIG.schedule)


def unsigned(nonce: int, **members: object) -> UnsignedTransaction:
    """A plain transfer but for the members given."""
    defaults: dict[str, object] = {
        "type": TransactionType.DYNAMIC_FEE,
        "chain_id": CONFIG.chain_id,
        "nonce": nonce,
        "max_fee_per_gas": 100 * GWEI,
        "max_priority_fee_per_gas": GWEI,
        "gas_limit": 200_000,
        "to": BOB,
        "value": 0,
        "data": b"",
    }
    merged = {**defaults, **members}
    if merged["type"] is not TransactionType.DYNAMIC_FEE:
        merged["max_priority_fee_per_gas"] = merged["max_fee_per_gas"]
    return UnsignedTransaction(**merged)  # type: ignore[arg-type]


def signed(nonce: int, key: bytes = ALICE_KEY, **members: object) -> RecoveredTransaction:
    return recovered(sign_transaction(unsigned(nonce, **members), key))


def impersonated(sender: Address, nonce: int, **members: object) -> RecoveredTransaction:
    return recovered(impersonate(unsigned(nonce, **members), sender))


def transfer(nonce: int, to: Address, amount: int, **members: object) -> RecoveredTransaction:
    """A transfer of tokens."""
    selector = keccak256(b"transfer(address,uint64)")[:4]
    data = selector + bytes(12) + to + amount.to_bytes(32, "big")
    return signed(nonce, to=TOKEN, data=data, **members)


def deployment(nonce: int = 0) -> RecoveredTransaction:
    return signed(nonce, to=None, data=DEPLOYER, gas_limit=5_000_000)


def build(chain: Chain, *transactions: RecoveredTransaction, **template: object) -> BuiltBlock:
    """The next block, not yet appended."""
    settings = {
        "timestamp": chain.head_block.header.timestamp + 12,
        "coinbase": COINBASE,
        **template,
    }
    builder = chain.builder(machine(), chain.template(**settings))  # type: ignore[arg-type]
    for transaction in transactions:
        builder.add(transaction)
    return builder.seal()


def mine(chain: Chain, *transactions: RecoveredTransaction, **template: object) -> BuiltBlock:
    built = build(chain, *transactions, **template)
    chain.append(built)
    return built


def grow(chain: Chain) -> None:
    """Seven blocks."""
    access = (AccessEntry(TOKEN, (Word(bytes(32)),)),)
    mine(chain, deployment())
    mine(
        chain,
        transfer(1, BOB, 5),
        transfer(2, STRANGER, 7, type=TransactionType.LEGACY),
        transfer(3, BOB, 1, type=TransactionType.ACCESS_LIST, access_list=access),
        transfer(4, BOB, 10**9),
        signed(0, BOB_KEY, to=STRANGER, value=3 * ETHER),
    )
    chain.edit({STRANGER: AccountChange(nonce=5, balance=ETHER)})
    chain.edit({STRANGER: AccountChange(nonce=6, balance=2 * ETHER, code=DEPLOYER)})
    mine(chain, impersonated(STRANGER, 6, to=ALICE, value=1))
    mine(chain)
    mine(chain, signed(5, to=None, data=b"\0asm nothing", gas_limit=100_000))
    mine(chain, signed(6, type=TransactionType.LEGACY, chain_id=None, gas_limit=50_000_000))
    mine(chain, transfer(7, ALICE, 1), gas_limit=30_000_000, extra_data=b"last")


def sample(kind: str, folder: Path, *, keep: int | None = None) -> Chain:
    chain = Chain(open_history(kind, folder, keep=keep), CONFIG)
    grow(chain)
    return chain
