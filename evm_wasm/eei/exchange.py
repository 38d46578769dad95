"""What passes between a frame and the frame memory of its module. Written for speed.

`fill` hands the frame over before `main`; `results` and `settle` read how it ended and carry out what
the module has kept to itself: storage, logs and refunds. The host functions that `around` makes do
the same before whatever must not overtake it, and after it the module keeps nothing, so it asks again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from evm_wasm.eei import frame_memory as layout
from evm_wasm.eei.frame import Frame, Running
from evm_wasm.engine import FrameMemory
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Log
from evm_wasm.primitives.types import Word
from evm_wasm.rules.limits import MAX_U128

_MESSAGE: Final = layout.packing(*layout.UNITS, *layout.MESSAGE)
_NO_RESULTS: Final = bytes(layout.packing(*layout.RESULTS).size)
_NOTHING_YET: Final = bytes(layout.packing(*layout.NOTHING_YET).size)
_CONTEXT: Final = layout.packing(*layout.CONTEXT)
_RESULTS: Final = layout.packing(*layout.RESULTS, *layout.UNITS)
_U32_PAIR: Final = layout.packing(
    *(field for field in layout.NOTHING_YET if field.name.startswith("return_data_"))
)

_LOGS: Final = layout.OFFSETS["logs"]
_SLOTS: Final = layout.OFFSETS["slots"]
_SLOT_INDEX: Final = layout.OFFSETS["slot_index"]
_SLOT_IS_KEPT: Final = layout.OFFSETS["slot_is_kept"]
_NOT_KEPT: Final = bytes(layout.SIZES["slot_is_kept"])
_KEPT: Final = layout.OFFSETS["log_bytes"]
_RETURN_DATA_HEAD: Final = layout.OFFSETS["return_data_is_elsewhere"]
_RETURN_DATA: Final = layout.OFFSETS["return_data"]
_RETURN_ROOM: Final = layout.SIZES["return_data"]
_CODE_IS_HERE: Final = layout.OFFSETS["code_is_here"]
_CODE: Final = layout.OFFSETS["code"]
_CODE_ROOM: Final = layout.SIZES["code"]

_EMPTY_INDEX: Final = bytes(layout.SIZES["slot_index"])
_HERE: Final = (1).to_bytes(layout.SIZES["code_is_here"], "little")
_MASK_64: Final = 0xFFFF_FFFF_FFFF_FFFF

_NOTHING_KEPT: Final = bytes(layout.OFFSETS["counter"] - _KEPT)
"""Over the fields from `log_bytes` to `refund`, which stand side by side."""

RETURNING: Final = frozenset({"call", "callCode", "callDelegate", "callStatic", "create"})
"""Methods of the host that run other frames, which may write the same slots."""

SETTLE_BEFORE: Final = RETURNING | {"selfDestruct", "log"}
"""Methods of the host that must come later than what the module keeps, or must see it."""


class Results(NamedTuple):
    """What the runtime has left in the frame memory: the fields of `RESULTS` and `UNITS`."""

    ended: int
    output_address: int
    output_length: int
    pages: int
    log_bytes: int
    slot_count: int
    slot_is_kept: int
    eei_gas: int
    refund: int
    counter: int
    gas: int


def context(block: BlockContext, transaction: TransactionContext) -> bytes:
    """The part of the frame memory that is the same for all frames of a transaction.

    It ends with the fields that are zero at first.
    """
    price = transaction.gas_price
    is_wide = price > MAX_U128
    fields = _CONTEXT.pack(
        is_wide,
        transaction.origin,
        b"" if is_wide else price.to_bytes(16, "little"),
        block.coinbase,
        block.difficulty.to_bytes(32, "little"),
        block.gas_limit & _MASK_64,
        block.number & _MASK_64,
        block.timestamp & _MASK_64,
    )
    return fields + _NOTHING_YET


def fill(memory: FrameMemory, frame: Frame, counter: int, context: bytes) -> None:
    """Hands a frame over: one copy over all that a former frame may have left and this one reads.

    Args:
        memory: Of an instance that runs no other frame.
        frame: What it is to run.
        counter: What the injected counter starts with.
        context: See the function of that name.
    """
    message = frame.message
    data = b"" if message.kind is CallKind.CREATE else message.input
    value = message.value
    is_wide = value > MAX_U128
    is_here = len(data) <= layout.CALL_DATA_ROOM
    head = _MESSAGE.pack(
        counter,
        frame.meter.left,
        message.is_static,
        is_wide,
        len(data),
        is_here,
        len(frame.code),
        message.recipient,
        message.caller,
        b"" if is_wide else value.to_bytes(16, "little"),
    )
    memory.write(0, _NO_RESULTS + head + context + (data if is_here else b""))


def results(memory: FrameMemory) -> Results:
    """What the runtime has left: one copy."""
    return Results(*_RESULTS.unpack(memory.read(0, _RESULTS.size)))


def settle(memory: FrameMemory, frame: Frame, found: Results) -> None:
    """Carries out what the module has kept to itself; that it was done is not noted."""
    if found.slot_count:
        _write_slots(memory, frame, found.slot_count)
    if found.log_bytes:
        _add_logs(memory, frame, found.log_bytes)
    if found.refund:
        frame.state.add_refund(found.refund)
    frame.meter.tally.eei += found.eei_gas


def _carry_out(memory: FrameMemory, frame: Frame) -> None:
    """As `settle`, in the middle of a frame: the module starts anew."""
    settle(memory, frame, results(memory))
    memory.write(_KEPT, _NOTHING_KEPT)
    memory.write(_SLOT_INDEX, _EMPTY_INDEX)


def _hand_over_return_data(memory: FrameMemory, frame: Frame) -> None:
    data = frame.return_data
    is_elsewhere = len(data) > _RETURN_ROOM
    head = _U32_PAIR.pack(is_elsewhere, len(data))
    memory.write(_RETURN_DATA_HEAD, head)
    if not is_elsewhere:
        memory.write(_RETURN_DATA, data)


def _write_slots(memory: FrameMemory, frame: Frame, count: int) -> None:
    """Writes back the written slots of the cache."""
    state, account = frame.state, frame.message.recipient
    slots = memory.read(_SLOTS, count * layout.SLOT.size)
    for key, value, written in layout.SLOT.iter_unpack(slots):
        if written:
            state.store(account, Word(key), Word(value))


def _add_logs(memory: FrameMemory, frame: Frame, size: int) -> None:
    logs = memory.read(_LOGS, size)
    place = 0
    while place < size:
        topics, length = layout.LOG_HEAD.unpack_from(logs, place)
        place += layout.LOG_HEAD.size
        data = place + 32 * topics
        read = tuple(Word(logs[at : at + 32]) for at in range(place, data, 32))
        place = data + length
        frame.state.add_log(Log(frame.message.recipient, read, logs[data:place]))


def around(
    name: str, running: Running, call: Callable[..., int | None]
) -> Callable[..., int | None]:
    """A host function for a module with the runtime: exchanges before and after where needed."""
    if name == "codeCopy":
        return _keeping_code(running, call)
    if name == "storageStore":
        return _seeing_cache(running, call)
    if name not in SETTLE_BEFORE:
        return call
    returns = name in RETURNING

    def exchanging(*arguments: int) -> int | None:
        frame, memory = running.frame, running.room
        _carry_out(memory, frame)
        result = call(*arguments)
        if returns:
            _hand_over_return_data(memory, frame)
        return result

    return exchanging


def _seeing_cache(running: Running, call: Callable[..., int | None]) -> Callable[..., int | None]:
    """`storageStore`, which must see what the cache holds if it is asked for one of its slots."""

    def seeing(*arguments: int) -> int | None:
        memory = running.room
        if memory.read(_SLOT_IS_KEPT, len(_NOT_KEPT)) != _NOT_KEPT:
            _carry_out(memory, running.frame)
        return call(*arguments)

    return seeing


def _keeping_code(running: Running, call: Callable[..., int | None]) -> Callable[..., int | None]:
    """`codeCopy`, which is asked of the host once: it leaves the code in its room, if it fits."""

    def keeping(*arguments: int) -> int | None:
        result = call(*arguments)
        code = running.frame.code
        if len(code) <= _CODE_ROOM:
            running.room.write(_CODE, code)
            running.room.write(_CODE_IS_HERE, _HERE)
        return result

    return keeping
