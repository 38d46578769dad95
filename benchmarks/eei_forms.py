"""The two forms of the EEI that benchmarks put beside each other: before and after it moved."""

from __future__ import annotations

from typing import Final

from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.vm.vm import HOST, MODULE, Vm

FORMS: Final = (HOST, MODULE)
"""EEI methods in Python, and those that need no world inside the module."""


def default_form() -> str:
    """The form of a machine that is not told (see `EWASM_EEI`)."""
    return Vm(BYZANTIUM, "particles").eei


def forms_fact() -> str:
    """What a report says about the forms it shows."""
    return f"in the {HOST} and in the {MODULE}; the default here is the {default_form()}"
