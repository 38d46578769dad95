"""Running transactions, watched or not."""

from __future__ import annotations

from evm_wasm.chain.transition import apply_transaction
from evm_wasm.model.block import BlockContext
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.trace import Event, Tracer
from evm_wasm.model.transaction import Transaction
from evm_wasm.state.state import State
from evm_wasm.vm import Vm, run_deep


class Recorder:
    """A machine and its watched twin, which is made at its first use."""

    def __init__(self, vm: Vm) -> None:
        self._vm = vm
        self._twin: Vm | None = None
        self._tracer: Tracer | None = None

    def run(
        self,
        state: State,
        context: BlockContext,
        transaction: Transaction,
        tracer: Tracer | None = None,
    ) -> Receipt:
        """Runs a transaction, whatever the gas limit of the block, and tells a tracer of it.

        Raises:
            InvalidTransaction: It may not run; the state is as before.
            MachineError: The machine cannot go on.
        """
        vm = self._vm
        if tracer is not None:
            if self._twin is None:
                self._twin = vm.traced(self._tell)
            vm, self._tracer = self._twin, tracer
        try:
            return run_deep(
                apply_transaction, vm, state, context, transaction, gas_left=transaction.gas_limit
            )
        finally:
            self._tracer = None

    def _tell(self, event: Event) -> None:
        if self._tracer is not None:
            self._tracer(event)
