"""Collecting the gas of a transaction by frame and function."""

from __future__ import annotations

from dataclasses import dataclass

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
        place: Among all frames; None if it is one too many.
        before: What had been spent then.
        code_hash: Of the code, once it ran.
        functions: Of the code, once it ran.
        inner: What the frames that it started have spent.
        inner_total: The same with instructions.
    """

    message: Message
    place: int | None
    before: _Spent
    code_hash: Hash32 | None = None
    functions: tuple[FunctionGas, ...] = ()
    inner: _Spent = _Spent()
    inner_total: int = 0


class Profiler:
    """Is told of frames by `Execution`; a frame of depth 0 begins a new list.

    Past its bound it takes no more frames; the run itself goes on untouched.

    Attributes:
        is_cut: Whether frames are missing.
    """

    def __init__(self, scale: int, *, most: int | None = None) -> None:
        """Prepares for runs.

        Args:
            scale: Particles in one gas.
            most: After how many frames and functions it takes no more; no bound by default.
        """
        self._scale = scale
        self._most = most
        self._open: list[_OpenFrame] = []
        self._frames: list[FrameGas | None] = []
        self._size = 0
        self.is_cut = False

    @property
    def frames(self) -> tuple[FrameGas, ...]:
        """Those that have ended, in the order in which they began; the outermost is the first."""
        return tuple(frame for frame in self._frames if frame is not None)

    def enter(self, message: Message, tally: Tally) -> None:
        """A frame begins."""
        if message.depth == 0:
            self._open.clear()
            self._frames.clear()
            self._size, self.is_cut = 0, False
        place = None
        if self._most is not None and self._size >= self._most:
            self.is_cut = True
        else:
            place = len(self._frames)
            self._frames.append(None)
            self._size += 1
        self._open.append(_OpenFrame(message, place, self._spent(tally)))

    def ran(self, code_hash: Hash32, functions: tuple[FunctionGas, ...]) -> None:
        """The code of the innermost frame has ended, in whatever way."""
        self._open[-1].code_hash = code_hash
        self._open[-1].functions = functions
        self._size += len(functions)

    def leave(self, outcome: Outcome, tally: Tally) -> None:
        """The innermost frame has ended."""
        opened = self._open.pop()
        spent = self._spent(tally) - opened.before
        frame = _ended(opened, outcome, spent - opened.inner)
        if opened.place is not None:
            self._frames[opened.place] = frame
        if self._open:
            self._open[-1].inner += spent
            self._open[-1].inner_total += frame.total

    def _spent(self, tally: Tally) -> _Spent:
        return _Spent(tally.eei * self._scale, tally.deposit * self._scale, tally.burned)


def _ended(opened: _OpenFrame, outcome: Outcome, own: _Spent) -> FrameGas:
    message = opened.message
    instructions = sum(function.particles for function in opened.functions)
    return FrameGas(
        depth=message.depth,
        kind=message.kind,
        address=message.recipient if message.kind is CallKind.CREATE else message.code_address,
        code_hash=opened.code_hash,
        status=outcome.status,
        functions=opened.functions,
        eei=own.eei,
        deposit=own.deposit,
        burned=own.burned,
        total=instructions + own.eei + own.deposit + own.burned + opened.inner_total,
    )
