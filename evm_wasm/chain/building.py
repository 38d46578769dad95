"""Making a block: transactions are added one by one, then it is sealed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evm_wasm.chain.base_fee import effective_gas_price
from evm_wasm.chain.block_records import created_address
from evm_wasm.chain.bloom import logs_bloom, union
from evm_wasm.chain.header_rlp import EMPTY_OMMERS_HASH, encode_header, header_hash, join_block
from evm_wasm.chain.receipt_rlp import encode_receipt
from evm_wasm.chain.roots import list_root
from evm_wasm.chain.transition import apply_transaction
from evm_wasm.chain.validation import check_form
from evm_wasm.model.block import Block, BlockContext, Header
from evm_wasm.model.receipt import BlockReceipt, Receipt
from evm_wasm.model.transaction import RecoveredTransaction, Transaction
from evm_wasm.primitives.types import ZERO_HASH, Address, Hash32
from evm_wasm.state.reader import World
from evm_wasm.state.state import State
from evm_wasm.vm.vm import Vm


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTemplate:
    """What is settled of a block before its first transaction; see `Header`.

    Attributes:
        parent_hash: Of the block before.
        number: One more than that of the block before.
        timestamp: In seconds.
        coinbase: Who gets the fees.
        gas_limit: In gas.
        base_fee: In wei for one gas; None under rules without one.
        difficulty: An unsigned 256-bit integer.
        extra_data: At most 32 bytes.
        mix_hash: 32 bytes of no meaning here.
        nonce: 8 bytes of no meaning here.
    """

    parent_hash: Hash32
    number: int
    timestamp: int
    coinbase: Address
    gas_limit: int
    base_fee: int | None
    difficulty: int = 0
    extra_data: bytes = b""
    mix_hash: Hash32 = ZERO_HASH
    nonce: bytes = bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBlock:
    """A sealed block with what came of it.

    Attributes:
        block: With all roots.
        encoded_header: The bytes of its header.
        receipts: One for each transaction.
        before: The state it was built on.
        world: The state after it.
    """

    block: Block
    encoded_header: bytes
    receipts: tuple[BlockReceipt, ...]
    before: World
    world: World


def context_of(template: BlockTemplate, block_hash: Callable[[int], Hash32 | None]) -> BlockContext:
    """What the transactions of a block can learn of it."""
    return BlockContext(
        number=template.number,
        timestamp=template.timestamp,
        coinbase=template.coinbase,
        difficulty=template.difficulty,
        gas_limit=template.gas_limit,
        block_hash=block_hash,
        base_fee=template.base_fee or 0,
    )


def to_run(transaction: RecoveredTransaction, base_fee: int) -> Transaction:
    """A transaction as the transition takes it, at the price it pays in a block."""
    unsigned = transaction.unsigned
    return Transaction(
        sender=transaction.sender,
        nonce=unsigned.nonce,
        gas_price=effective_gas_price(
            unsigned.max_fee_per_gas, unsigned.max_priority_fee_per_gas, base_fee
        ),
        gas_limit=unsigned.gas_limit,
        to=unsigned.to,
        value=unsigned.value,
        data=unsigned.data,
        access_list=unsigned.access_list,
        max_fee_per_gas=unsigned.max_fee_per_gas,
        is_impersonated=transaction.is_impersonated,
    )


def seal_block(
    template: BlockTemplate,
    transactions: Sequence[RecoveredTransaction],
    receipts: Sequence[BlockReceipt],
    state_root: Hash32,
) -> tuple[Block, bytes]:
    """A block with all roots, and the bytes of its header."""
    raws = [transaction.raw for transaction in transactions]
    header = Header(
        parent_hash=template.parent_hash,
        ommers_hash=EMPTY_OMMERS_HASH,
        coinbase=template.coinbase,
        state_root=state_root,
        transactions_root=list_root(raws),
        receipts_root=list_root(map(encode_receipt, receipts)),
        logs_bloom=union(receipt.bloom for receipt in receipts),
        difficulty=template.difficulty,
        number=template.number,
        gas_limit=template.gas_limit,
        gas_used=receipts[-1].cumulative_gas_used if receipts else 0,
        timestamp=template.timestamp,
        extra_data=template.extra_data,
        mix_hash=template.mix_hash,
        nonce=template.nonce,
        base_fee_per_gas=template.base_fee,
    )
    encoded = encode_header(header)
    block = Block(
        header=header,
        hash=header_hash(encoded),
        size=len(join_block(encoded, raws)),
        transactions=tuple(transactions),
    )
    return block, encoded


class BlockBuilder:
    """A block in the making; made by `Chain.builder`.

    Attributes:
        context: What its transactions can learn of it.
        state: After the transactions so far, for the queries of a pending block. Not to be
            changed by others.
        transactions: Those so far.
        receipts: One for each of them.
    """

    def __init__(
        self,
        vm: Vm,
        world: World,
        template: BlockTemplate,
        *,
        chain_id: int,
        block_hash: Callable[[int], Hash32 | None],
    ) -> None:
        """Begins with a block without transactions.

        Args:
            vm: The machine; its rules hold.
            world: The state before the block.
            template: What is settled of the block.
            chain_id: Of the chain; transactions for another one are refused.
            block_hash: As of `BlockContext`.
        """
        self.context = context_of(template, block_hash)
        self.state = State(world)
        self.transactions: list[RecoveredTransaction] = []
        self.receipts: list[BlockReceipt] = []
        self._vm = vm
        self._before = world
        self._template = template
        self._chain_id = chain_id
        self._gas_used = 0
        self._log_count = 0

    @property
    def gas_left(self) -> int:
        """What the block can still hold, in gas."""
        return self.context.gas_limit - self._gas_used

    def add(self, transaction: RecoveredTransaction) -> BlockReceipt:
        """Run one more transaction.

        Raises:
            InvalidTransaction: It may not be in this block, which is as before.
            MachineError: The machine cannot go on; the block is as before.
        """
        check_form(transaction.unsigned, self._vm.rules.transaction, chain_id=self._chain_id)
        running = to_run(transaction, self.context.base_fee)
        result = apply_transaction(
            self._vm, self.state, self.context, running, gas_left=self.gas_left
        )
        self._gas_used += result.gas.used_gas
        receipt = self._receipt(transaction, running, result)
        self._log_count += len(result.logs)
        self.transactions.append(transaction)
        self.receipts.append(receipt)
        return receipt

    def seal(self) -> BuiltBlock:
        """The finished block; nothing can be added after that."""
        world = self.state.commit()
        block, encoded = seal_block(self._template, self.transactions, self.receipts, world.root)
        return BuiltBlock(
            block=block,
            encoded_header=encoded,
            receipts=tuple(self.receipts),
            before=self._before,
            world=world,
        )

    def _receipt(
        self, transaction: RecoveredTransaction, running: Transaction, result: Receipt
    ) -> BlockReceipt:
        return BlockReceipt(
            type=transaction.unsigned.type,
            status=result.status,
            cumulative_gas_used=self._gas_used,
            gas_used=result.gas.used_gas,
            effective_gas_price=running.gas_price,
            logs=result.logs,
            first_log=self._log_count,
            bloom=logs_bloom(result.logs),
            sender=transaction.sender,
            to=transaction.unsigned.to,
            contract_address=created_address(transaction),
            output=result.output,
            halt=result.halt,
            detail=result.detail,
            gas=result.gas,
        )
