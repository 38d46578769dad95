"""Running a chain again from its stored blocks, and naming the first thing that comes out different.

Nothing is taken from what the chain says of itself but transactions, edits and what miners and
operators are free to choose (times, limits, base fees). Senders are recovered, everything is
executed on a state in memory of its own, and receipts, roots, blooms and hashes are made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Final

from evm_wasm.chain.building import BlockBuilder, BlockTemplate
from evm_wasm.chain.chain import Chain
from evm_wasm.chain.edits import apply_edits, edits_to
from evm_wasm.chain.header_rlp import encode_header, header_hash
from evm_wasm.chain.signing import recovered
from evm_wasm.errors import InvalidTransaction, StateError
from evm_wasm.model.block import Block, Header
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.types import Hash32
from evm_wasm.state.reader import World
from evm_wasm.state.world import WorldState
from evm_wasm.vm.vm import Vm

_RECEIPT_FIELDS: Final = tuple(
    field.name for field in fields(BlockReceipt) if field.name != "detail"
)
"""What must be the same; the line for people may be put in other words."""

_HEADER_FIELDS: Final = tuple(field.name for field in fields(Header))

_Fact = tuple[str, object, object]
"""Name, stored value, found value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first thing that is not as it is stored.

    Attributes:
        number: Of the block.
        transaction: Hash of the transaction, None where it is the block's.
        field: What differs, as the model names it.
        stored: What the chain has, as text.
        found: What came out, as text.
    """

    number: int
    transaction: Hash32 | None
    field: str
    stored: str
    found: str

    def __str__(self) -> str:
        """One line."""
        place = f"block {self.number}"
        if self.transaction is not None:
            place += f", transaction 0x{self.transaction.hex()}"
        return f"{place}: {self.field} is stored as {self.stored}, comes out as {self.found}"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay has come to.

    Attributes:
        first: Number of the block whose state it began with.
        last: Number of the last block that came out as it is stored, `first` where none did.
        difference: What is wrong with the block after that; None if nothing is.
    """

    first: int
    last: int
    difference: Difference | None


def replay(
    chain: Chain, vm: Vm | None = None, *, on_block: Callable[[], None] = lambda: None
) -> Replayed:
    """Runs all blocks again, from block 0 or from the oldest one whose state is still kept.

    Args:
        chain: What to run; it is not changed.
        vm: The machine; one with the chain's own rules and prices by default.
        on_block: Called after each block.

    Raises:
        StateError: A block is missing, or a record is damaged.
        MachineError: The machine cannot go on.
    """
    machine = vm or Vm(chain.config.rules, chain.config.schedule)
    first, world = _start(chain)
    difference = _start_difference(_block(chain, first), world)
    on_block()
    for number in range(first + 1, chain.head + 1):
        if difference is not None:
            break
        world, difference = _run_again(chain, machine, number, world)
        if difference is None:
            on_block()
    last = chain.head if difference is None else max(difference.number - 1, first)
    return Replayed(first, last, difference)


def _start(chain: Chain) -> tuple[int, World]:
    """A block and the state after it, in memory and away from the chain's own."""
    world = apply_edits(WorldState.EMPTY, chain.edits_before(0))
    if world.root == _block(chain, 0).header.state_root:
        return 0, world
    number = chain.oldest_state
    return number, apply_edits(WorldState.EMPTY, edits_to(chain.world_at(number)))


def _start_difference(block: Block, world: World) -> Difference | None:
    header = block.header
    facts = (
        ("state_root", header.state_root, world.root),
        ("hash", block.hash, header_hash(encode_header(header))),
    )
    return _first_difference(header.number, None, facts)


def _run_again(chain: Chain, vm: Vm, number: int, world: World) -> tuple[World, Difference | None]:
    """The state after a block that is run again, and what is wrong with the block."""
    block, parent_hash = _block(chain, number), _block(chain, number - 1).hash
    receipts = chain.receipts(number)
    if receipts is None:
        raise StateError(f"the store is damaged: the receipts of block {number} are missing")
    builder = BlockBuilder(
        vm,
        apply_edits(world, chain.edits_before(number)),
        _template(block.header, number, parent_hash),
        chain_id=chain.config.chain_id,
        block_hash=chain.block_hash,
    )
    for transaction, receipt in zip(block.transactions, receipts, strict=True):
        difference = _transaction_difference(builder, transaction, receipt)
        if difference is not None:
            return world, difference
    built = builder.seal()
    found = built.block
    facts = [
        (name, getattr(block.header, name), getattr(found.header, name)) for name in _HEADER_FIELDS
    ]
    facts.append(("hash", block.hash, found.hash))
    return built.world, _first_difference(number, None, facts)


def _transaction_difference(
    builder: BlockBuilder, transaction: RecoveredTransaction, receipt: BlockReceipt
) -> Difference | None:
    number = builder.context.number
    try:
        again = recovered(transaction.signed)
        facts: list[_Fact] = [
            ("raw", transaction.raw, again.raw),
            ("sender", transaction.sender, again.sender),
        ]
        if transaction.sender == again.sender:
            found = builder.add(again)
            facts += [
                (name, getattr(receipt, name), getattr(found, name)) for name in _RECEIPT_FIELDS
            ]
    except InvalidTransaction as refusal:
        facts = [("transaction", "accepted", f"refused: {refusal}")]
    return _first_difference(number, transaction.hash, facts)


def _template(header: Header, number: int, parent_hash: Hash32) -> BlockTemplate:
    return BlockTemplate(
        parent_hash=parent_hash,
        number=number,
        timestamp=header.timestamp,
        coinbase=header.coinbase,
        gas_limit=header.gas_limit,
        base_fee=header.base_fee_per_gas,
        difficulty=header.difficulty,
        extra_data=header.extra_data,
        mix_hash=header.mix_hash,
        nonce=header.nonce,
    )


def _block(chain: Chain, number: int) -> Block:
    block = chain.block(number)
    if block is None:
        raise StateError(f"the store is damaged: block {number} is missing")
    return block


def _first_difference(
    number: int, transaction: Hash32 | None, facts: Iterable[_Fact]
) -> Difference | None:
    for name, stored, found in facts:
        if stored != found:
            return Difference(
                number=number,
                transaction=transaction,
                field=name,
                stored=_text(stored),
                found=_text(found),
            )
    return None


def _text(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
