"""Running transactions, watched or not, or with their gas by function."""

from __future__ import annotations

from evm_wasm.chain.transition import apply_transaction
from evm_wasm.devnet.errors import TooManyResults
from evm_wasm.model.block import BlockContext
from evm_wasm.model.profile import FrameGas
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.trace import Event, Tracer
from evm_wasm.model.transaction import Transaction
from evm_wasm.state.state import State
from evm_wasm.vm import Profiler, Vm, run_deep


class Recorder:
    """A machine, and its twins for watching and for profiles, made at their first use."""

    def __init__(self, vm: Vm, most: int) -> None:
        """Makes no other machine yet.

        Args:
            vm: The machine.
            most: After how many frames and functions a profile is cut.
        """
        self._vm = vm
        self._twin: Vm | None = None
        self._most = most
        self._profiler = Profiler(vm.scale, most=most)
        self._profiling: Vm | None = None
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
            return _apply(vm, state, context, transaction)
        finally:
            self._tracer = None

    def profile(
        self, state: State, context: BlockContext, transaction: Transaction
    ) -> tuple[Receipt, tuple[FrameGas, ...]]:
        """Runs a transaction, whatever the gas limit of the block, and says where its gas went.

        Returns:
            The receipt, and the frames in the order in which they began.

        Raises:
            InputError: Instructions have no prices.
            TooManyResults: There were more frames and functions than a trace may have.
            InvalidTransaction: It may not run; the state is as before.
            MachineError: The machine cannot go on.
        """
        if self._profiling is None:
            self._profiling = self._vm.profiled(self._profiler)
        receipt = _apply(self._profiling, state, context, transaction)
        if self._profiler.is_cut:
            raise TooManyResults(f"there are more than {self._most} frames and functions")
        return receipt, self._profiler.frames

    def _tell(self, event: Event) -> None:
        if self._tracer is not None:
            self._tracer(event)


def _apply(vm: Vm, state: State, context: BlockContext, transaction: Transaction) -> Receipt:
    return run_deep(
        apply_transaction, vm, state, context, transaction, gas_left=transaction.gas_limit
    )
