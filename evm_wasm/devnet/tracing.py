"""What happened inside of transactions and calls, told again by running them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from evm_wasm.chain.building import to_run
from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.calls import Calls
from evm_wasm.devnet.eei_trace import EeiTracer
from evm_wasm.devnet.frames import FrameTracer
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.prestate import what_changed, what_was_seen
from evm_wasm.devnet.recorder import Recorder
from evm_wasm.devnet.requests import (
    LATEST,
    BlockId,
    BlockOverrides,
    CallRequest,
    StateOverrides,
)
from evm_wasm.devnet.results import CallFrame, EeiTrace, GasProfile, PrestateTrace
from evm_wasm.devnet.scenes import Scenes
from evm_wasm.devnet.watched import WatchedWorld
from evm_wasm.errors import InputError
from evm_wasm.model.block import BlockContext
from evm_wasm.model.transaction import Transaction
from evm_wasm.primitives.types import Hash32
from evm_wasm.state.state import State

Trace: TypeAlias = "CallFrame | PrestateTrace | EeiTrace | GasProfile"


class Tracer(Enum):
    """The kinds of traces, by the names that requests use."""

    EEI = "eeiTracer"
    CALL = "callTracer"
    PRESTATE = "prestateTracer"
    GAS = "gasTracer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOptions:
    """What kind of trace is wanted.

    Attributes:
        tracer: The kind.
        only_top_call: `callTracer`: without the frames that the outermost one started.
        with_log: `callTracer`: with logs.
        diff_mode: `prestateTracer`: what changed, before and after.
    """

    tracer: Tracer = Tracer.EEI
    only_top_call: bool = False
    with_log: bool = False
    diff_mode: bool = False


DEFAULT_OPTIONS = TraceOptions()


class Traces:
    """Traces of transactions and calls."""

    def __init__(
        self, node: Node, blocks: Blocks, scenes: Scenes, calls: Calls, recorder: Recorder
    ) -> None:
        self._node = node
        self._blocks = blocks
        self._scenes = scenes
        self._calls = calls
        self._recorder = recorder

    def transaction(
        self, transaction_hash: Hash32, options: TraceOptions = DEFAULT_OPTIONS
    ) -> Trace:
        """Of a transaction in a block.

        Raises:
            InputError: There is none.
            StateNotKept: The state before its block is not kept.
            TooManyResults: The trace would be too large.
        """
        place = self._node.chain.place(transaction_hash)
        if place is None:
            raise InputError("transaction not found")
        traces = self._replay(place.number, options, first=place.index, last=place.index)
        return next(traces)[1]

    def block(
        self, block: BlockId, options: TraceOptions = DEFAULT_OPTIONS
    ) -> list[tuple[Hash32, Trace]]:
        """Of each transaction of a block that is not pending, with its hash; errors as above."""
        found = self._blocks.require(block)
        return list(
            self._replay(found.header.number, options, first=0, last=len(found.transactions) - 1)
        )

    def call(
        self,
        request: CallRequest,
        block: BlockId = LATEST,
        options: TraceOptions | None = None,
        *,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> Trace:
        """Of a call that makes no transaction; a failing one has a trace as well.

        Raises:
            UnknownBlock: There is no such block.
            StateNotKept: Its state is not kept.
            InvalidTransaction: Too little gas to start, or too little balance.
            TooManyResults: The trace would be too large.
        """
        scene = self._scenes.after(block, state, overrides)
        view = scene.state()
        transaction = self._calls.transaction(request, view)
        return self._trace(view, scene.context, transaction, options or DEFAULT_OPTIONS)

    def _replay(
        self, number: int, options: TraceOptions, *, first: int, last: int
    ) -> Iterator[tuple[Hash32, Trace]]:
        """Traces of some transactions of a block, each after all before it have run."""
        scene = self._scenes.before(number)
        state = scene.state()
        transactions = self._blocks.require(number).transactions[: last + 1]
        for index, transaction in enumerate(transactions):
            running = to_run(transaction, scene.context.base_fee)
            if index >= first:
                yield transaction.hash, self._trace(state, scene.context, running, options)
                if options.tracer is not Tracer.PRESTATE:
                    continue
            self._recorder.run(state, scene.context, running)

    def _trace(
        self, state: State, context: BlockContext, transaction: Transaction, options: TraceOptions
    ) -> Trace:
        """Runs a transaction; all but the tracer of states leave its effects in the state."""
        bounds = self._node.config.bounds
        run = self._recorder.run
        if options.tracer is Tracer.PRESTATE:
            watched = WatchedWorld(state)
            after = State(watched)
            run(after, context, transaction)
            return what_changed(watched, after) if options.diff_mode else what_was_seen(watched)
        if options.tracer is Tracer.GAS:
            receipt, parts = self._recorder.profile(state, context, transaction)
            return GasProfile(status=receipt.status, gas=receipt.gas, frames=parts)
        if options.tracer is Tracer.CALL:
            frames = FrameTracer(
                state,
                bounds,
                self._node.vm.scale,
                only_top_call=options.only_top_call,
                with_log=options.with_log,
            )
            receipt = run(state, context, transaction, frames)
            return frames.result(receipt, transaction.gas_limit)
        events = EeiTracer(bounds)
        return events.result(run(state, context, transaction, events))
