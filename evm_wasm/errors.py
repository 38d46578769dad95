"""The error family of the virtual machine: who raises, who catches.

A failing contract is a result (`evm_wasm.model.message.Outcome`), never one of these. What is
raised here means that the *input* was wrong (a transaction, a file, a hex string) or that the
*machine* cannot go on (a step limit, a broken store, a bug). Nothing between the place that
raises and the command line catches them.
"""

from __future__ import annotations


class EvmWasmError(Exception):
    """Root of every error this package raises on purpose."""


class InputError(EvmWasmError):
    """Something a user handed in is malformed; the message names what and where.

    The command line turns it into one line and exit code 2.
    """


class ProofError(InputError):
    """A Merkle proof does not show what it should."""


class InvalidTransaction(EvmWasmError):
    """A transaction that may not be included in a block; the state is unchanged."""


class MachineError(EvmWasmError):
    """The machine itself cannot go on: never a result of a contract."""


class StepLimitExceeded(MachineError):
    """An unmetered run used up its steps; it is aborted without any change of state.

    Schedule `none` charges nothing for instructions, so only this ends a runaway loop.
    """


class StateError(MachineError):
    """The stored state is damaged or incomplete."""


class StoreError(MachineError):
    """A store cannot be opened, read or written; what it held is as it was."""
