"""Where a call runs: on which state, in which block, with which things changed for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from evm_wasm.chain.edits import Edit
from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.requests import AccountOverride, BlockId, BlockOverrides, StateOverrides
from evm_wasm.errors import InputError
from evm_wasm.model.block import BlockContext, Header
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.state.reader import World
from evm_wasm.state.state import MAX_BALANCE, MAX_NONCE, State


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a call runs.

    States of old blocks can be read, and changed in a `State` over them, but not by
    `World.apply`: their tries may be gone.

    Attributes:
        context: The block.
        world: The state.
        edits: Made after it.
        overrides: Seen instead of what there is.
    """

    context: BlockContext
    world: World
    edits: tuple[Edit, ...] = ()
    overrides: StateOverrides | None = None

    def state(self) -> State:
        """A fresh view of the state, with everything in it that is changed for the scene."""
        state = State(self.world)
        if self.edits or self.overrides:
            for edit in self.edits:
                _edit(state, edit)
            for address, override in (self.overrides or {}).items():
                _override(state, address, override)
            state.finish_transaction(delete_empty=False)
        return state


class Scenes:
    """Makes scenes."""

    def __init__(self, node: Node, blocks: Blocks) -> None:
        self._node = node
        self._blocks = blocks

    def after(
        self,
        block: BlockId,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> Scene:
        """Where a call on a block runs: in that block, after all its transactions.

        The base fee is 0 there, so that a call need not pay.

        Raises:
            UnknownBlock: There is no such block.
            StateNotKept: Its state is not kept.
            InputError: The overrides contradict each other, or a number in them does not fit.
        """
        _check_overrides(state or {})
        context = replace(self._context(self._blocks.require(block).header), base_fee=0)
        context = _override_block(context, overrides)
        return Scene(context, self._blocks.world(block), overrides=state)

    def before(self, number: int) -> Scene:
        """Where the first transaction of a block ran.

        Raises:
            UnknownBlock: There is no such block.
            StateNotKept: The state before it is not kept.
        """
        header = self._blocks.require(number).header
        chain = self._node.chain
        self._blocks.check_kept(max(number - 1, 0))
        return Scene(
            self._context(header), chain.world_at(max(number - 1, 0)), chain.edits_before(number)
        )

    def _context(self, header: Header) -> BlockContext:
        return BlockContext(
            number=header.number,
            timestamp=header.timestamp,
            coinbase=header.coinbase,
            difficulty=header.difficulty,
            gas_limit=header.gas_limit,
            block_hash=self._node.chain.block_hash,
            base_fee=header.base_fee_per_gas or 0,
        )


def _edit(state: State, edit: Edit) -> None:
    change = edit.change
    if change is None:
        state.destroy(edit.address)
        state.finish_transaction(delete_empty=False)
        return
    if change.clears_storage:
        state.clear_storage(edit.address)
    state.set_nonce(edit.address, change.nonce)
    state.set_balance(edit.address, change.balance)
    if change.code is not None:
        state.set_code(edit.address, change.code)
    for key, value in change.slots.items():
        state.store(edit.address, key, value)


def _override(state: State, address: Address, override: AccountOverride) -> None:
    if override.nonce is not None:
        state.set_nonce(address, override.nonce)
    if override.balance is not None:
        state.set_balance(address, override.balance)
    if override.code is not None:
        state.set_code(address, override.code)
    if override.state is not None:
        state.clear_storage(address)
    for key, value in (override.state or override.state_diff or {}).items():
        state.store(address, key, value)


def _check_overrides(overrides: StateOverrides) -> None:
    for address, override in overrides.items():
        if override.state is not None and override.state_diff is not None:
            raise InputError(f"0x{address.hex()}: state and stateDiff exclude each other")
        _check_number(override.balance, MAX_BALANCE, address, "balance")
        _check_number(override.nonce, MAX_NONCE, address, "nonce")


def _check_number(value: int | None, most: int, address: Address, name: str) -> None:
    if value is not None and not 0 <= value <= most:
        raise InputError(f"0x{address.hex()}: the {name} does not fit")


def _override_block(context: BlockContext, overrides: BlockOverrides | None) -> BlockContext:
    if overrides is None:
        return context
    named = {name: getattr(overrides, name) for name in _BLOCK_FIELDS}
    return replace(
        context,
        block_hash=_hashes(context.block_hash, overrides),
        **{name: value for name, value in named.items() if value is not None},
    )


_BLOCK_FIELDS = ("number", "timestamp", "coinbase", "difficulty", "gas_limit", "base_fee")
"""Of a block, as overrides name them."""


def _hashes(
    block_hash: Callable[[int], Hash32 | None], overrides: BlockOverrides
) -> Callable[[int], Hash32 | None]:
    hashes = overrides.block_hashes
    if not hashes:
        return block_hash
    return lambda number: hashes.get(number) or block_hash(number)
