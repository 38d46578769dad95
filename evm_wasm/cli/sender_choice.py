"""Who sends, and who signs for it: a key that is read here, or the node itself.

A key is never a word of a command: words stand in the history of shells and in lists of processes.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Final

import click

from evm_wasm.cli.files import read_text, shown
from evm_wasm.client.answers import read_addresses
from evm_wasm.client.connection import Node
from evm_wasm.client.sending import Sender
from evm_wasm.client.wallet import Key, read_keystore, read_private_key
from evm_wasm.errors import InputError
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.types import Address

KEY_VARIABLE: Final = "EWASM_PRIVATE_KEY"


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a key is, as the command line says.

    Attributes:
        keystore: Name of a keystore file.
        password_file: Name of a file whose first line is its password; None asks.
        interactive: Whether to ask for a key.
    """

    keystore: str | None
    password_file: str | None
    interactive: bool


def choose_sender(node: Node, address: Address | None, source: KeySource) -> Sender:
    """The account that sends.

    Args:
        node: Asked for its accounts where nobody is named.
        address: As the command line names it.
        source: Where a key is.

    Raises:
        InputError: The options contradict each other, or there is nobody.
        NodeError: The node cannot be used.
    """
    found = _find_key(source)
    if found is None:
        return Sender(address or _first_account(node), None)
    key, name = found
    if address is not None and address != key.address:
        raise InputError(
            f"--from {format_address(address)} is not the account of the key from {name}, which "
            f"is {format_address(key.address)}; name one of the two only"
        )
    return Sender(key.address, key)


def _find_key(source: KeySource) -> tuple[Key, str] | None:
    """A key and where it is from."""
    if source.keystore is not None and source.interactive:
        raise click.UsageError(
            "--keystore and --interactive exclude each other", click.get_current_context()
        )
    if source.password_file is not None and source.keystore is None:
        raise click.UsageError("--password-file needs --keystore", click.get_current_context())
    if source.keystore is not None:
        text = read_text(source.keystore)
        key = read_keystore(text, _password(source), what=shown(source.keystore))
        return key, shown(source.keystore)
    if source.interactive:
        text = _ask("Private key", "put it into a keystore file and name that with --keystore")
        return read_private_key(text, what="the key"), "the prompt"
    from_environment = os.environ.get(KEY_VARIABLE)
    if from_environment:
        return read_private_key(from_environment, what=KEY_VARIABLE), KEY_VARIABLE
    return None


def _password(source: KeySource) -> str:
    if source.password_file is None:
        return _ask(f"Password of {shown(source.keystore or '')}", "use --password-file")
    return read_text(source.password_file).split("\n", 1)[0].removesuffix("\r")


def _ask(question: str, remedy: str) -> str:
    if not sys.stdin.isatty():
        raise InputError(f"no terminal to ask for a secret on; {remedy}")
    answer: str = click.prompt(question, hide_input=True, err=True)
    return answer


def _first_account(node: Node) -> Address:
    accounts = read_addresses(node.ask("eth_accounts"), what="accounts")
    if not accounts:
        raise InputError(
            f"{node.place} has no accounts of its own: say who signs with --keystore FILE, "
            f"--interactive or {KEY_VARIABLE}"
        )
    return accounts[0]
