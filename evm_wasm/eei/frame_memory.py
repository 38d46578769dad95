"""THE layout of the frame memory: what the host and the runtime inside a module exchange.

A module with the runtime has a second memory of one page, which contract code cannot name. The host
fills it with one copy before `main` and reads it with one copy after; host functions use it in
between. An instance serves one frame after another, so that copy covers all that a new frame relies
on: what lies behind it is a former frame's, and is read only as far as these fields say that it was
written since. The constants of the runtime's text and the copies of the host derive from this table.

Nothing is aligned or padded. Integers are little-endian. Addresses and words are copied as they are;
numbers of 128 and 256 bits are little-endian, as the interface hands them over.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

FRAME_PAGES: Final = 1
"""Pages of 65,536 bytes; the memory never grows, so it takes no part in the limits of pages."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value at a fixed place.

    Attributes:
        name: In the runtime's text `{name}` is its offset in bytes.
        form: Its type in the notation of `struct`.
        doc: What it holds, with its unit.
    """

    name: str
    form: str
    doc: str

    @property
    def size(self) -> int:
        """In bytes."""
        return struct.calcsize("<" + self.form)


RESULTS: Final = (
    Field("ended", "I", "how `main` ended: 0 it returned, 1 `finish`, 2 `revert`"),
    Field("output_address", "I", "where in the contract's memory the output lies"),
    Field("output_length", "I", "bytes of output"),
    Field("pages", "I", "pages of the contract's memory when `main` ended"),
    Field("log_bytes", "I", "bytes used of the room for logs"),
    Field("slot_count", "I", "slots in the cache"),
    Field("slot_is_kept", "I", "1 if the host is asked to write a slot that the cache holds"),
    Field("eei_gas", "q", "what methods charged inside and the host has not taken over, in gas"),
    Field("refund", "q", "what the refund counter gets, in gas"),
)
"""What the runtime leaves; zero at first."""

UNITS: Final = (
    Field("counter", "q", "the injected counter, before and after `main`, in its own units"),
    Field("gas", "q", "gas left where the counter counts steps; not used otherwise"),
)
"""What the host fills in and the runtime changes."""

MESSAGE: Final = (
    Field("is_static", "I", "whether writes fail: 0 or 1"),
    Field("value_is_wide", "I", "1 if the value exceeds 128 bits"),
    Field("call_data_size", "I", "bytes of call data"),
    Field("call_data_is_here", "I", "whether they are in their room: 0 or 1"),
    Field("code_size", "I", "bytes of the running code"),
    Field("address", "20s", "account of the frame"),
    Field("caller", "20s", "account that sent the message"),
    Field("value", "16s", "value of the message, in wei"),
)
"""What the host fills in for each frame."""

CONTEXT: Final = (
    Field("price_is_wide", "I", "1 if the gas price exceeds 128 bits"),
    Field("origin", "20s", "sender of the transaction"),
    Field("gas_price", "16s", "wei for one gas"),
    Field("coinbase", "20s", "account that gets the fees of the block"),
    Field("difficulty", "32s", "of the block"),
    Field("block_gas_limit", "Q", "in gas"),
    Field("block_number", "Q", "of the block"),
    Field("block_timestamp", "Q", "in seconds"),
)
"""What is the same for all frames of a transaction."""

NOTHING_YET: Final = (
    Field("code_is_here", "I", "whether the code is in its room: 0 or 1"),
    Field("slot_index", "256s", "hash table: number of a slot in the cache from 1 on; 0 is free"),
    Field("return_data_is_elsewhere", "I", "1 if the return buffer does not fit into its room"),
    Field("return_data_size", "I", "bytes in the return buffer"),
)
"""What says which rooms are in use; zero at first."""

CALL_DATA_ROOM: Final = 16_384
"""Bytes of call data that are copied in; more is asked from the host."""

ROOMS: Final = (
    Field("call_data", f"{CALL_DATA_ROOM}s", "the call data, if it fits"),
    Field("return_data", "16384s", "the return buffer, if it fits"),
    Field("code", "12288s", "the running code, once it was asked for and if it fits"),
    Field(
        "logs", "8192s", "logs that the host has not taken over: topics, bytes, both as u32; then"
    ),
    Field("slots", "8704s", "cache of storage slots: key, value, whether it was written as u32"),
)

FIELDS: Final = (*RESULTS, *UNITS, *MESSAGE, *CONTEXT, *NOTHING_YET, *ROOMS)
"""In the order of their places."""

SLOT: Final = struct.Struct("<32s32sI")
"""One slot of the cache."""

LOG_HEAD: Final = struct.Struct("<II")
"""Number of topics and bytes of data; the topics and the data follow."""


def _offsets() -> dict[str, int]:
    offsets, place = {}, 0
    for field in FIELDS:
        offsets[field.name] = place
        place += field.size
    return offsets


OFFSETS: Final = _offsets()
"""Offsets in bytes by name."""

SIZES: Final = {field.name: field.size for field in FIELDS}
"""Sizes in bytes by name."""

MOST_SLOTS: Final = SIZES["slots"] // SLOT.size
"""Slots that the cache holds; for others the host is asked each time."""


def packing(*fields: Field) -> struct.Struct:
    """How these fields, which lie side by side, are packed."""
    return struct.Struct("<" + "".join(field.form for field in fields))
