"""How much a server takes from its clients, and how long it waits for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Bounds on memory and on patience.

    Attributes:
        body_bytes: Of one request, or one WebSocket message.
        bodies_bytes: Of all requests that are being worked on together.
        connections: Open at the same time, WebSockets included.
        idle_seconds: After this long without a request a connection is closed; also the longest
            that the head of a request may take.
        body_seconds: The longest that the rest of a request may take.
        write_seconds: The longest that a client may take to read an answer.
        ping_seconds: Between pings on a WebSocket; one that does not answer is closed.
        in_flight: Requests of one WebSocket that are worked on at the same time; no further ones
            are read meanwhile.
        unsent_bytes: That wait for one WebSocket client to read them; with more it is closed.
        queue_seconds: The longest that a request may wait for the execution thread.
        stop_seconds: How long a stopping server waits for what it has begun.
    """

    body_bytes: int = 32 << 20
    bodies_bytes: int = 256 << 20
    connections: int = 4_096
    idle_seconds: float = 120.0
    body_seconds: float = 30.0
    write_seconds: float = 30.0
    ping_seconds: float = 30.0
    in_flight: int = 64
    unsent_bytes: int = 16 << 20
    queue_seconds: float = 30.0
    stop_seconds: float = 5.0


DEFAULT_LIMITS = ServerLimits()
