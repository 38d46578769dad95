"""Profiles as files: what speedscope opens, and folded stacks.

Both are flat lists of stacks with a weight: the frames down to one, then a function of its contract
or a cause of gas. Which function called which inside of a contract is not known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from evm_wasm.cli.text import one_line
from evm_wasm.errors import InputError
from evm_wasm.model.profile import FrameGas
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.version import __version__

SPEEDSCOPE_SCHEMA: Final = "https://www.speedscope.app/file-format-schema.json"

Stack = tuple[str, ...]


def title(frame: FrameGas) -> str:
    """What a frame is called, such as `callStatic 0x...`."""
    return f"{frame.kind.value} {format_bytes(frame.address)}"


def parts(frame: FrameGas) -> list[tuple[str, int]]:
    """What the gas of a frame itself went to, in particles; nothing that is 0.

    Functions come first, the largest of them in front; in brackets what is no function.
    """
    functions = sorted(frame.functions, key=lambda each: (-each.particles, each.index))
    found = [(one_line(each.name), each.particles) for each in functions]
    found += [("[EEI]", frame.eei), ("[deposit]", frame.deposit), ("[burned]", frame.burned)]
    return [(name, gas) for name, gas in found if gas]


def stacks(frames: Iterable[FrameGas]) -> Iterator[tuple[Stack, int]]:
    """Each part of each frame with the way to it, and its particles."""
    way: list[str] = []
    for frame in frames:
        del way[frame.depth :]
        way.append(title(frame))
        for name, gas in parts(frame):
            yield (*way, name), gas


def speedscope(frames: Sequence[FrameGas], scale: int) -> str:
    """A profile with gas as weight (of type `sampled`, unit `none`)."""
    indices: dict[str, int] = {}
    samples = []
    weights = []
    for stack, particles in stacks(frames):
        samples.append([indices.setdefault(name, len(indices)) for name in stack])
        weights.append(particles / scale)
    return json.dumps(
        {
            "$schema": SPEEDSCOPE_SCHEMA,
            "exporter": f"ewasm {__version__}",
            "name": f"gas of {title(frames[0])}",
            "activeProfileIndex": 0,
            "shared": {"frames": [{"name": name} for name in indices]},
            "profiles": [
                {
                    "type": "sampled",
                    "name": "gas",
                    "unit": "none",
                    "startValue": 0,
                    "endValue": frames[0].total / scale,
                    "samples": samples,
                    "weights": weights,
                }
            ],
        }
    )


def folded(frames: Sequence[FrameGas], scale: int) -> str:  # noqa: ARG001 - the form has whole numbers only
    """One line for each stack: its parts with `;` between them, a space, its particles."""
    lines = (
        ";".join(part.replace(";", ",") for part in stack) + f" {particles}\n"
        for stack, particles in stacks(frames)
    )
    return "".join(lines)


FORMATS: Final[Mapping[str, Callable[[Sequence[FrameGas], int], str]]] = {
    ".json": speedscope,
    ".folded": folded,
}
"""By the end of the file's name."""


def find_format(name: str) -> Callable[[Sequence[FrameGas], int], str]:
    """What writes a file of this name.

    Raises:
        InputError: Its end is none of `FORMATS`.
    """
    for suffix, write in FORMATS.items():
        if name.endswith(suffix):
            return write
    raise InputError(
        f"--profile {one_line(name)}: the name of the file must end with .json (for speedscope) or "
        ".folded; for the tree alone give '-' or let another option follow"
    )
