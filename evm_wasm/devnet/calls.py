"""Running what makes no transaction: calls and estimates."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from evm_wasm.chain.intrinsic import intrinsic_gas
from evm_wasm.devnet.diagnosis import Diagnosis
from evm_wasm.devnet.errors import ExecutionFailed, ExecutionReverted
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.recorder import Recorder
from evm_wasm.devnet.requests import CallRequest
from evm_wasm.devnet.results import AccessListResult, CallResult
from evm_wasm.devnet.reverting import reason_of
from evm_wasm.devnet.scenes import Scene
from evm_wasm.devnet.watched import WatchedWorld
from evm_wasm.errors import InputError, InvalidTransaction, TransactionFault
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.transaction import Transaction
from evm_wasm.primitives.types import ZERO_ADDRESS
from evm_wasm.state.state import State

STIPEND: Final = 2_300
"""In gas: what a frame that gets value may have been given on top (yellow paper, G_callstipend)."""


class Calls:
    """Calls on the states of the chain; nothing they do is kept."""

    def __init__(self, node: Node, recorder: Recorder) -> None:
        self._node = node
        self._recorder = recorder

    def simulate(self, request: CallRequest, scene: Scene) -> CallResult:
        """Runs a call.

        Raises:
            InvalidTransaction: Too little gas to start, or too little balance for value or price.
            InputError: It has a gas price and a fee of the other kind.
            MachineError: The machine cannot go on.
        """
        gas = self._gas(request)
        receipt = self._run(request, scene, gas)
        diagnosis = self._diagnose(request, scene, receipt, gas)
        return CallResult(
            status=receipt.status,
            output=receipt.output,
            gas_used=receipt.gas.used_gas,
            created=receipt.created,
            logs=receipt.logs,
            halt=receipt.halt,
            detail=receipt.detail,
            backtrace=diagnosis.backtrace if diagnosis is not None else (),
            lost_logs=tuple(diagnosis.logs) if diagnosis is not None else (),
        )

    def estimate(self, request: CallRequest, scene: Scene) -> int:
        """The least gas with which a call succeeds.

        Raises:
            ExecutionReverted: Even with all gas.
            ExecutionFailed: Even with all gas.
            InvalidTransaction: The sender cannot pay.
        """
        if self._is_plain_transfer(request, scene):
            return self._intrinsic(request)
        most = self._affordable(request, scene)
        first = self._run(request, scene, most)
        if first.status is not Status.SUCCESS:
            raise self._failure(request, scene, first, most)
        used = first.gas.used_gas + first.gas.refund_gas
        if used >= most or self._succeeds(request, scene, used):
            return used
        # Frames below keep a 64th of their gas back, or the code looks at what it has left.
        likely = (used + STIPEND) * 64 // 63 + 1
        if likely >= most:
            return self._search(request, scene, used, most)
        if self._succeeds(request, scene, likely):
            return self._search(request, scene, used, likely)
        return self._search(request, scene, likely, most)

    def access_list(self, request: CallRequest, scene: Scene) -> AccessListResult:
        """Accounts and slots that a call uses, and what it would cost with that list."""
        watched = WatchedWorld(scene.state())
        transaction = self.transaction(request, scene.state())
        receipt = self._recorder.run(State(watched), scene.context, transaction)
        left_out = {transaction.sender, scene.context.coinbase}
        if transaction.to is not None:
            left_out.add(transaction.to)
        access_list = watched.access_list(left_out)
        with_list = replace(request, access_list=access_list)
        gas = receipt.gas.used_gas + self._intrinsic(with_list) - self._intrinsic(request)
        error = "" if receipt.status is Status.SUCCESS else str(_failure_of(receipt))
        return AccessListResult(access_list, gas, error)

    def transaction(
        self, request: CallRequest, state: State, gas: int | None = None
    ) -> Transaction:
        """A call as a transaction of an account that needs no key.

        Args:
            request: The call.
            state: Before it.
            gas: In gas; what the request says, within the cap, by default.

        Raises:
            InputError: It has a gas price and a fee of the other kind.
        """
        price = price_of(request)
        sender = request.sender or ZERO_ADDRESS
        return Transaction(
            sender=sender,
            nonce=state.nonce(sender),
            gas_price=price,
            gas_limit=self._gas(request) if gas is None else gas,
            to=request.to,
            value=request.value,
            data=request.data,
            access_list=request.access_list or (),
            is_impersonated=True,
        )

    def _run(self, request: CallRequest, scene: Scene, gas: int) -> Receipt:
        state = scene.state()
        return self._recorder.run(state, scene.context, self.transaction(request, state, gas))

    def _gas(self, request: CallRequest) -> int:
        cap = self._node.config.call_gas_cap
        return cap if request.gas is None else min(request.gas, cap)

    def _intrinsic(self, request: CallRequest) -> int:
        return intrinsic_gas(
            self._node.vm.rules.transaction,
            request.data,
            creates=request.to is None,
            access_list=request.access_list or (),
        )

    @staticmethod
    def _is_plain_transfer(request: CallRequest, scene: Scene) -> bool:
        return request.to is not None and not request.data and not scene.state().code(request.to)

    def _affordable(self, request: CallRequest, scene: Scene) -> int:
        """What the request may use at most: by its own words, the block, or the sender's wei."""
        most = request.gas or scene.context.gas_limit
        price = price_of(request)
        if price:
            balance = scene.state().balance(request.sender or ZERO_ADDRESS)
            if balance < request.value:
                raise InvalidTransaction(
                    TransactionFault.FUNDS,
                    f"insufficient funds: the value is {request.value} wei, "
                    f"the sender has {balance}",
                )
            most = min(most, (balance - request.value) // price)
        return most

    def _succeeds(self, request: CallRequest, scene: Scene, gas: int) -> bool:
        try:
            return self._run(request, scene, gas).status is Status.SUCCESS
        except InvalidTransaction as error:
            if error.fault is TransactionFault.INTRINSIC_GAS:
                return False
            raise

    def _search(self, request: CallRequest, scene: Scene, low: int, high: int) -> int:
        """The least gas that is enough, where `low` is too little and `high` is enough."""
        while high - low > 1:
            middle = (low + high) // 2
            if self._succeeds(request, scene, middle):
                high = middle
            else:
                low = middle
        return high

    def _failure(
        self, request: CallRequest, scene: Scene, receipt: Receipt, most: int
    ) -> ExecutionReverted | ExecutionFailed:
        if receipt.halt is HaltReason.OUT_OF_GAS:
            detail = f"gas required exceeds allowance: {most}"
            return ExecutionFailed(HaltReason.OUT_OF_GAS, detail)
        return _failure_of(receipt, self._diagnose(request, scene, receipt, most))

    def _diagnose(
        self, request: CallRequest, scene: Scene, receipt: Receipt, gas: int
    ) -> Diagnosis | None:
        """Runs a failed call again to learn where it failed and what it had logged.

        What ran out of gas is not run again: it may take long, and tells nothing.
        """
        if receipt.status is Status.SUCCESS or receipt.halt is HaltReason.OUT_OF_GAS:
            return None
        state = scene.state()
        diagnosis = Diagnosis(state)
        transaction = self.transaction(request, state, gas)
        self._recorder.run(state, scene.context, transaction, diagnosis)
        return diagnosis


def raise_unless_success(result: CallResult) -> bytes:
    """The output of a call that succeeded.

    Raises:
        ExecutionReverted: It was reverted.
        ExecutionFailed: It failed.
    """
    if result.status is Status.SUCCESS:
        return result.output
    if result.status is Status.REVERT:
        raise ExecutionReverted(result.output, reason_of(result.output))
    halt = result.halt or HaltReason.TRAP
    raise ExecutionFailed(halt, result.detail, result.backtrace, result.lost_logs)


def price_of(request: CallRequest) -> int:
    """What a call offers for one gas, in wei; 0 where it says nothing.

    Raises:
        InputError: It has a gas price and a fee of the other kind.
    """
    if request.gas_price is None:
        return request.max_fee_per_gas or 0
    if request.max_fee_per_gas is not None or request.max_priority_fee_per_gas is not None:
        raise InputError("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
    return request.gas_price


def _failure_of(
    receipt: Receipt, diagnosis: Diagnosis | None = None
) -> ExecutionReverted | ExecutionFailed:
    if receipt.status is Status.REVERT:
        return ExecutionReverted(receipt.output, reason_of(receipt.output))
    halt = receipt.halt or HaltReason.TRAP
    if diagnosis is None:
        return ExecutionFailed(halt, receipt.detail)
    return ExecutionFailed(halt, receipt.detail, diagnosis.backtrace, tuple(diagnosis.logs))
