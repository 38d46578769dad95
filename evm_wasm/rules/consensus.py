"""The consensus version: everything but the input that results depend on, in one line of text.

Stores and dumps carry it, and a mismatch is refused: a chain that went on under other prices or
rules would disagree with everybody else's without anybody noticing.
"""

from __future__ import annotations

from typing import Final

import injector
from evm_wasm.rules.forks import BYZANTIUM

DEFAULT_SCHEDULE: Final = "particles"
DEFAULT_FORK: Final = BYZANTIUM.name


def consensus_version(schedule: str = DEFAULT_SCHEDULE, fork: str = DEFAULT_FORK) -> str:
    """The version under which a chain with these rules runs.

    Args:
        schedule: Name or file of the prices of instructions.
        fork: Name of the rules of transactions.

    Raises:
        InjectorError: There is no such schedule.
    """
    prices = injector.load_schedule(schedule)
    return f"injector rules {injector.VERSION}, schedule {prices.name} {prices.hash}, fork {fork}"
