"""Running messages for one transaction: frames inside frames on one state.

`Execution.run` alone catches what ends a frame. A failing contract comes out as an `Outcome`;
exceptions that leave it mean that the machine cannot go on.
"""

from __future__ import annotations

from typing import Final

from evm_wasm.eei import exchange
from evm_wasm.eei.frame import Frame
from evm_wasm.eei.meter import STACK_EXHAUSTED, GasMeter, StepMeter
from evm_wasm.eei.runtime import REVERTED
from evm_wasm.eei.signals import Finish, Halt, Revert
from evm_wasm.engine import CompiledModule, Instance, OutOfBounds, WasmTrap
from evm_wasm.engine.config import PAGE_SIZE
from evm_wasm.errors import StepLimitExceeded
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, HaltReason, Message, Outcome, Status
from evm_wasm.model.profile import FunctionGas
from evm_wasm.model.trace import FrameEnd, FrameStart
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Hash32
from evm_wasm.state.state import State
from evm_wasm.vm.contract import InvalidContract, looks_like_wasm
from evm_wasm.vm.thread import LEVELS_PER_THREAD, run_at_depth
from evm_wasm.vm.vm import MODULE, Nest, Vm

ADDED_NAMES: Final = "gas."
"""How the names of functions begin that the injector adds; nobody wants them in a backtrace."""


class Execution:
    """All frames of one transaction.

    Attributes:
        vm: The machine.
        state: Changed in place; the changes of failed frames are undone.
        block: The block the transaction runs in.
        transaction: What frames can learn of the transaction.
        tally: What has been spent so far.
    """

    def __init__(
        self, vm: Vm, state: State, block: BlockContext, transaction: TransactionContext
    ) -> None:
        self.vm = vm
        self.state = state
        self.block = block
        self.transaction = transaction
        self.tally = vm.new_tally()
        self._context = exchange.context(block, transaction) if vm.eei == MODULE else b""
        self._active: list[Nest] = []
        self._outer_pages = 0

    def run(self, message: Message) -> Outcome:
        """Runs a message and everything it calls.

        Raises:
            StepLimitExceeded: Under schedule `none`; the state is then half changed and the caller
                has to undo it.
            MachineError: The engine or the state is broken.
        """
        if message.depth % LEVELS_PER_THREAD == 0:
            return run_at_depth(message.depth, self._run, message)
        return self._run(message)

    def _run(self, message: Message) -> Outcome:
        tracer, profiler = self.vm.tracer, self.vm.profiler
        if tracer is not None:
            tracer(FrameStart(message))
        if profiler is not None:
            profiler.enter(message, self.tally)
        mark = self.state.checkpoint()
        outcome = self._create(message) if message.kind is CallKind.CREATE else self._call(message)
        if outcome.status is not Status.SUCCESS:
            self.state.revert(mark)
        if profiler is not None:
            profiler.leave(outcome, self.tally)
        if tracer is not None:
            tracer(FrameEnd(message.depth, outcome))
        return outcome

    def _call(self, message: Message) -> Outcome:
        """A call of any kind: move the value, run the code if there is any."""
        if message.kind in (CallKind.CALL, CallKind.CALL_STATIC):
            self.state.touch(message.recipient)
        if message.moves_value:
            self._move_value(message)
        code = self.state.code(message.code_address)
        if not code:
            return Outcome(status=Status.SUCCESS, particles_left=message.gas * self.vm.scale)
        meter = self.vm.meter(message.gas, self.tally)
        return self._execute(message, code, self.state.code_hash(message.code_address), meter)

    def _create(self, message: Message) -> Outcome:
        """A creation: make the account, run the init code, check and store what it returns.

        EEI revision 4, `create`, steps 7 to 11. The creator's nonce has grown already.
        """
        state, address = self.state, message.recipient
        meter = self.vm.meter(message.gas, self.tally)
        if state.nonce(address) or state.code(address):
            taken = Halt(HaltReason.COLLISION, f"0x{address.hex()} has code or a nonce")
            return self._failed(meter, taken)
        state.clear_storage(address)
        state.set_nonce(address, self.vm.rules.new_contract_nonce)
        state.touch(address)
        self._move_value(message)
        init_code = message.input
        if not init_code:
            return _created(message, meter)
        try:
            self._charge_deposit(meter, self.vm.rules.gas.compile_byte * len(init_code))
            outcome = self._execute(message, init_code, keccak256(init_code), meter)
            if outcome.status is not Status.SUCCESS:
                return outcome
            self._deposit(message, outcome.output, meter)
        except Halt as halt:
            return self._failed(meter, halt)
        return _created(message, meter)

    def _deposit(self, message: Message, code: bytes, meter: GasMeter) -> None:
        """Stores the code that the init code returned; raises `Halt` if it may not be stored."""
        rules = self.vm.rules
        if len(code) > rules.limits.code_size:
            raise Halt(HaltReason.CODE_SIZE, f"{len(code)} bytes, {rules.limits.code_size} allowed")
        price = rules.gas.code_deposit_byte * len(code)
        if looks_like_wasm(code):
            price += rules.gas.compile_byte * len(code)
        self._charge_deposit(meter, price)
        if looks_like_wasm(code):
            contract = self.vm.contracts.load(code, keccak256(code))
            if isinstance(contract, InvalidContract):
                raise Halt(HaltReason.INVALID_CONTRACT, contract.reason)
        self.state.set_code(message.recipient, code)

    def _charge_deposit(self, meter: GasMeter, gas: int) -> None:
        meter.take(gas)
        self.tally.deposit += gas

    def _move_value(self, message: Message) -> None:
        self.state.subtract_balance(message.caller, message.value)
        self.state.add_balance(message.recipient, message.value)

    def _execute(
        self, message: Message, code: bytes, code_hash: Hash32, meter: GasMeter
    ) -> Outcome:
        """Runs code in a new frame and says how it ended."""
        frame = Frame(
            message=message,
            code=code,
            state=self.state,
            block=self.block,
            transaction=self.transaction,
            rules=self.vm.rules,
            meter=meter,
            call=self.run,
        )
        try:
            output = self._run_code(frame, code_hash)
        except Finish as finish:
            output = finish.output
        except Revert as revert:
            return Outcome(status=Status.REVERT, particles_left=meter.left, output=revert.output)
        except Halt as halt:
            return self._failed(meter, halt)
        except OutOfBounds:
            return self._failed(meter, Halt(HaltReason.BOUNDS))
        except WasmTrap as trap:
            return self._trapped(meter, trap)
        return Outcome(status=Status.SUCCESS, particles_left=meter.left, output=output)

    def _run_code(self, frame: Frame, code_hash: Hash32) -> bytes:
        """Instantiates and calls `main`; gives the empty output of one that just returns."""
        contract = self.vm.contracts.load(frame.code, code_hash)
        if isinstance(contract, InvalidContract):
            raise Halt(HaltReason.INVALID_CONTRACT, contract.reason)
        nest = self.vm.nest(frame.message.depth)
        outer = self._outer_pages
        if self._active:
            self._outer_pages += self._active[-1].memory.size() // PAGE_SIZE
        self._active.append(nest)
        try:
            instance = self._instantiate(nest, contract)
            nest.frame, nest.memory = frame, instance.memory
            try:
                if contract.has_runtime:
                    return self._call_inside(nest, instance)
                self._call_main(instance, frame.meter)
            finally:
                if self.vm.profiler is not None:
                    self.vm.profiler.ran(code_hash, _gas_by_function(contract, instance))
                nest.level.release(instance)
        finally:
            self._active.pop()
            self._outer_pages = outer
            if not self._active:
                self.vm.leave_deep_levels()
        return b""

    def _instantiate(self, nest: Nest, contract: CompiledModule) -> Instance:
        limits = self.vm.rules.limits
        # The module's own maximum, written by the injector, is that of one frame.
        pages = limits.live_pages - self._outer_pages
        if contract.initial_pages > pages:
            raise Halt(
                HaltReason.MEMORY_LIMIT, f"{contract.initial_pages} pages, {pages} available"
            )
        return nest.level.instantiate(contract, pages)

    def _call_main(self, instance: Instance, meter: GasMeter) -> None:
        meter.start(instance)
        try:
            instance.run()
        except WasmTrap as trap:
            _raise_exhaustion(meter, meter.stop(), trap)
            raise
        meter.stop()

    def _call_inside(self, nest: Nest, instance: Instance) -> bytes:
        """As `_call_main` for a module with a runtime; gives the output."""
        frame, room = nest.frame, instance.frame_memory
        nest.room = room
        meter = frame.meter
        exchange.fill(room, frame, meter.start_inside(instance, room), self._context)
        try:
            instance.run()
        except WasmTrap as trap:
            meter.tally.eei += exchange.results(room).eei_gas
            _raise_exhaustion(meter, meter.stop(), trap)
            raise
        except (Halt, OutOfBounds, Finish):
            meter.tally.eei += exchange.results(room).eei_gas
            raise
        results = exchange.results(room)
        meter.stop_inside(results.counter, results.gas)
        output = b""
        if results.ended:
            output = instance.memory.read(results.output_address, results.output_length)
        if results.ended == REVERTED:
            meter.tally.eei += results.eei_gas
            raise Revert(output)
        exchange.settle(room, frame, results)
        return output

    def _failed(self, meter: GasMeter, halt: Halt) -> Outcome:
        self.tally.burned += meter.left
        return _failure(halt.reason, halt.detail)

    def _trapped(self, meter: GasMeter, trap: WasmTrap) -> Outcome:
        self.tally.burned += meter.left
        own = (f for f in trap.backtrace if not (f.name or "").startswith(ADDED_NAMES))
        return _failure(HaltReason.TRAP, trap.cause, tuple(str(function) for function in own))


def _gas_by_function(contract: CompiledModule, instance: Instance) -> tuple[FunctionGas, ...]:
    """What the functions of an instance have used so far; only those that used something."""
    counted = ((each, instance.read_global(each.counter)) for each in contract.functions)
    return tuple(FunctionGas(each.index, each.name, gas) for each, gas in counted if gas)


def _raise_exhaustion(meter: GasMeter, counter: int, trap: WasmTrap) -> None:
    """The injected code traps as `unreachable` does; the counter says whether it was that code.

    A trap of the contract itself may leave any negative number: charges may run ahead of checks.
    """
    if counter == STACK_EXHAUSTED:
        raise Halt(HaltReason.STACK_EXHAUSTED) from trap
    if counter < 0 and isinstance(meter, StepMeter):
        raise StepLimitExceeded(
            "the program ran into the step limit of schedule `none`; "
            "a metered schedule would have ended it by gas"
        ) from trap
    if counter < 0:
        raise Halt(HaltReason.OUT_OF_GAS) from trap


def _failure(reason: HaltReason, detail: str, backtrace: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        status=Status.FAILURE, particles_left=0, halt=reason, detail=detail, backtrace=backtrace
    )


def _created(message: Message, meter: GasMeter) -> Outcome:
    return Outcome(status=Status.SUCCESS, particles_left=meter.left, created=message.recipient)
