"""What happened inside of transactions and calls, told again by running them again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from evm_wasm.devnet.requests import (
    LATEST,
    BlockId,
    BlockOverrides,
    CallRequest,
    StateOverrides,
)
from evm_wasm.devnet.results import CallFrame, EeiTrace, PrestateTrace
from evm_wasm.primitives.types import Hash32

Trace: TypeAlias = "CallFrame | PrestateTrace | EeiTrace"


class Tracer(Enum):
    """The kinds of traces, by the names that requests use."""

    EEI = "eeiTracer"
    CALL = "callTracer"
    PRESTATE = "prestateTracer"


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


class Traces:
    """Traces of transactions and calls."""

    def transaction(self, transaction_hash: Hash32, options: TraceOptions) -> Trace:
        """Of a transaction in a block.

        Raises:
            InputError: There is none.
            StateNotKept: The state before its block is not kept.
        """
        raise NotImplementedError

    def block(self, block: BlockId, options: TraceOptions) -> list[tuple[Hash32, Trace]]:
        """Of each transaction of a block, with its hash; errors as above."""
        raise NotImplementedError

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
        """
        raise NotImplementedError
