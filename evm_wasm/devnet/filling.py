"""From a request with holes to a transaction that can be signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from evm_wasm.devnet.calls import Calls, price_of
from evm_wasm.devnet.errors import ExecutionFailed, ExecutionReverted, NoSigner
from evm_wasm.devnet.fees import Fees
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.requests import LATEST, PENDING, CallRequest
from evm_wasm.devnet.scenes import Scenes
from evm_wasm.errors import InvalidTransaction, TransactionFault
from evm_wasm.model.transaction import TransactionType, UnsignedTransaction
from evm_wasm.primitives.types import Address

BASE_FEE_ROOM: Final = 2
"""A transaction that waits can still be mined when the base fee has doubled (as wallets do)."""


class Filler:
    """Finds nonce, gas and prices that a request does not name."""

    def __init__(self, node: Node, calls: Calls, scenes: Scenes, fees: Fees) -> None:
        self._node = node
        self._calls = calls
        self._scenes = scenes
        self._fees = fees

    def sender(self, request: CallRequest) -> Address:
        """Who sends: the first account unless another is named.

        Raises:
            NoSigner: There is no account, or no key of the one named.
        """
        if request.sender is not None:
            self._node.signers.check(request.sender)
            return request.sender
        if not self._node.accounts:
            raise NoSigner("No Signer available: the devnet has no accounts; name a sender")
        return self._node.accounts[0].address

    def fill(self, request: CallRequest) -> tuple[Address, UnsignedTransaction]:
        """The sender and the transaction of a request.

        Where no gas is named it is estimated; a transaction that would fail however much it had
        gets what the block has, so that its receipt can tell why.

        Raises:
            NoSigner: Nobody can sign.
            InvalidTransaction: It is for another chain, or the sender cannot pay.
            InputError: It has a gas price and a fee of the other kind.
        """
        sender = self.sender(request)
        chain_id = self._node.chain.config.chain_id
        if request.chain_id not in {None, chain_id}:
            raise InvalidTransaction(
                TransactionFault.CHAIN_ID,
                f"transaction-provided chain ID ({request.chain_id}) does not match the "
                f"signer's chain ID ({chain_id})",
            )
        kind = type_of(request)
        most, priority = self._prices(request, kind)
        nonce = request.nonce
        return sender, UnsignedTransaction(
            type=kind,
            chain_id=chain_id,
            nonce=self._node.pool.next_nonce(sender) if nonce is None else nonce,
            max_fee_per_gas=most,
            max_priority_fee_per_gas=priority,
            gas_limit=self._gas(replace(request, sender=sender)),
            to=request.to,
            value=request.value,
            data=request.data,
            access_list=request.access_list or (),
        )

    def _prices(self, request: CallRequest, kind: TransactionType) -> tuple[int, int]:
        """(most, priority) in wei for one gas."""
        price_of(request)
        if kind is not TransactionType.DYNAMIC_FEE:
            price = request.gas_price
            price = self._fees.gas_price() if price is None else price
            return price, price
        priority = request.max_priority_fee_per_gas
        most = request.max_fee_per_gas
        if priority is None:
            suggested = self._fees.max_priority_fee()
            priority = suggested if most is None else min(suggested, most)
        if most is None:
            most = BASE_FEE_ROOM * self._fees.next_base_fee() + priority
        return most, priority

    def _gas(self, request: CallRequest) -> int:
        if request.gas is not None:
            return request.gas
        # What calls a contract that is only in the pool so far sees it in the pending block.
        # Otherwise the newest state is enough; making a pending block runs all that waits.
        waits = len(self._node.pool) and self._lacks_code(request.to)
        scene = self._scenes.after(PENDING if waits else LATEST)
        try:
            return self._calls.estimate(request, scene)
        except (ExecutionReverted, ExecutionFailed):
            return self._node.settings.gas_limit

    def _lacks_code(self, to: Address | None) -> bool:
        world = self._node.chain.world
        return to is not None and not world.code(world.account(to).code_hash)


def type_of(request: CallRequest) -> TransactionType:
    """The form a request asks for, by its fields where it does not say so."""
    if request.type is not None:
        return request.type
    if request.gas_price is None:
        return TransactionType.DYNAMIC_FEE
    if request.access_list is not None:
        return TransactionType.ACCESS_LIST
    return TransactionType.LEGACY
