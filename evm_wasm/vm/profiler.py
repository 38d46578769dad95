"""Collecting the gas of a transaction by frame and function."""

from __future__ import annotations

from dataclasses import dataclass, field

from evm_wasm.eei.meter import Tally
from evm_wasm.model.message import CallKind, Message, Outcome
from evm_wasm.model.profile import FrameGas, FunctionGas
from evm_wasm.primitives.types import Hash32


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a transaction has spent up to some point beside instructions, in particles."""

    eei: int = 0
    deposit: int = 0
    burned: int = 0

    def __add__(self, other: _Spent) -> _Spent:
        return _Spent(
            self.eei + other.eei, self.deposit + other.deposit, self.burned + other.burned
        )

    def __sub__(self, other: _Spent) -> _Spent:
        return _Spent(
            self.eei - other.eei, self.deposit - other.deposit, self.burned - other.burned
        )


@dataclass(slots=True)
class _OpenFrame:
    """A frame that has not ended.

    Attributes:
        message: What started it.
        before: What had been spent then.
        code_hash: Of the code, once it ran.
        functions: Of the code, once it ran.
        inner: What its calls have spent.
        calls: The frames that have ended in it.
    """

    message: Message
    before: _Spent
    code_hash: Hash32 | None = None
    functions: tuple[FunctionGas, ...] = ()
    inner: _Spent = _Spent()
    calls: list[FrameGas] = field(default_factory=list)


class Profiler:
    """Is told of frames by `Execution`; a frame of depth 0 begins a new tree.

    Past its bound it takes no more frames and functions; the run itself goes on untouched.

    Attributes:
        root: The outermost frame once it has ended.
        is_cut: Whether frames are missing in it.
    """

    def __init__(self, scale: int, *, most: int | None = None) -> None:
        """Prepares for runs.

        Args:
            scale: Particles in one gas.
            most: How many frames and functions it takes; no bound by default.
        """
        self._scale = scale
        self._most = most
        self._open: list[_OpenFrame] = []
        self._size = 0
        self.root: FrameGas | None = None
        self.is_cut = False

    def enter(self, message: Message, tally: Tally) -> None:
        """A frame begins."""
        if message.depth == 0:
            self._open.clear()
            self._size, self.root, self.is_cut = 0, None, False
        self._open.append(_OpenFrame(message, self._spent(tally)))

    def ran(self, code_hash: Hash32, functions: tuple[FunctionGas, ...]) -> None:
        """The code of the innermost frame has ended, in whatever way."""
        self._open[-1].code_hash = code_hash
        self._open[-1].functions = functions

    def leave(self, outcome: Outcome, tally: Tally) -> None:
        """The innermost frame has ended."""
        opened = self._open.pop()
        spent = self._spent(tally) - opened.before
        own = spent - opened.inner
        message = opened.message
        is_creation = message.kind is CallKind.CREATE
        frame = FrameGas(
            kind=message.kind,
            address=message.recipient if is_creation else message.code_address,
            code_hash=opened.code_hash,
            status=outcome.status,
            functions=opened.functions,
            eei=own.eei,
            deposit=own.deposit,
            burned=own.burned,
            calls=tuple(opened.calls),
        )
        if not self._open:
            self.root = frame
            return
        outer = self._open[-1]
        outer.inner += spent
        self._size += 1 + len(frame.functions)
        if self._most is not None and self._size > self._most:
            self.is_cut = True
        else:
            outer.calls.append(frame)

    def _spent(self, tally: Tally) -> _Spent:
        return _Spent(tally.eei * self._scale, tally.deposit * self._scale, tally.burned)
