"""`ewasm exec --profile`: frames and functions as a tree, with gas and percentages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evm_wasm.cli.gas_text import format_gas
from evm_wasm.cli.profile_files import parts, title
from evm_wasm.model.message import Status
from evm_wasm.model.profile import FrameGas

if TYPE_CHECKING:
    from rich.tree import Tree


def print_tree(frames: Sequence[FrameGas], scale: int) -> None:
    """Prints the tree to standard error.

    Args:
        frames: Of a run, in the order in which they began.
        scale: Particles in one gas.
    """
    from rich.console import Console  # noqa: PLC0415 - only profiles pay for loading it

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(make_tree(frames, scale))


def make_tree(frames: Sequence[FrameGas], scale: int) -> Tree:
    """Frames with what their gas went to, and the frames that they started."""
    from rich.text import Text  # noqa: PLC0415 - as above
    from rich.tree import Tree  # noqa: PLC0415 - as above

    whole = frames[0].total
    way: list[Tree] = []
    for frame in frames:
        ended = "" if frame.status is Status.SUCCESS else f" ({frame.status.name.lower()})"
        head = Text(f"{title(frame)}{ended}  {_amount(frame.total, whole, scale)}", style="bold")
        del way[frame.depth :]
        way.append(way[-1].add(head) if way else Tree(head))
        for name, gas in parts(frame):
            way[-1].add(Text(f"{name}  {_amount(gas, whole, scale)}"))
    return way[0]


def _amount(particles: int, whole: int, scale: int) -> str:
    tenths = (particles * 1_000 + whole // 2) // whole if whole else 0
    gas = format_gas(particles, scale, grouped=True)
    return f"{gas} gas, {tenths // 10}.{tenths % 10} %"
