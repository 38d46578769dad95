"""Limits of the protocol, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTICLES_PER_GAS: Final = 10_000
"""One gas is this many particles under the metered schedules (design decision: gas in particles)."""

MAX_GAS: Final = (2**63 - 1) // PARTICLES_PER_GAS
"""A frame counts particles in a signed 64-bit integer, so no gas limit may be larger."""

MAX_U128: Final = 2**128 - 1
"""Values and balances pass the EEI as 128-bit integers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolLimits:
    """What a frame, a contract and a transaction may use at most.

    Attributes:
        call_depth: A frame at this depth can start no other (yellow paper; the vectors need 535).
        forward_divisor: A caller keeps one part in this many of its gas (EIP-150).
        code_size: Bytes of deployed code (EIP-170).
        log_topics: Topics of one log entry.
        block_hashes: How many blocks back `getBlockHash` answers.
        frame_pages: Memory pages of 65,536 bytes in one frame.
        live_pages: Memory pages of all frames of a transaction that are on the call stack.
    """

    call_depth: int = 1_024
    forward_divisor: int = 64
    code_size: int = 24_576
    log_topics: int = 4
    block_hashes: int = 256
    frame_pages: int = 512
    live_pages: int = 4_096
