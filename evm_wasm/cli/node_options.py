"""The options of every command that asks a node."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import click

from evm_wasm.cli.parameters import Seconds
from evm_wasm.client.connection import Node

URL_VARIABLE: Final = "ETH_RPC_URL"
"""As Foundry's `cast` calls it."""

DEFAULT_URL: Final = "http://127.0.0.1:8545"
"""Where `ewasm node` listens unless told otherwise."""

DEFAULT_TIMEOUT: Final = 30.0
"""Seconds."""

LATEST: Final = "latest"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a command asks and how it answers.

    Attributes:
        node: The node.
        as_json: Whether it prints JSON.
    """

    node: Node
    as_json: bool


def node_options(function: Callable[..., int]) -> Callable[..., int]:
    """Adds the options and hands them over as one argument, `target`."""

    @click.option(
        "--rpc-url",
        metavar="URL",
        envvar=URL_VARIABLE,
        show_envvar=True,
        default=DEFAULT_URL,
        show_default=True,
        help="The node to ask.",
    )
    @click.option(
        "--timeout",
        metavar="SECONDS",
        type=Seconds(min=0, min_open=True, max=86_400),
        default=DEFAULT_TIMEOUT,
        show_default=True,
        help="How long to wait for an answer.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @functools.wraps(function)
    def wrapped(*, rpc_url: str, timeout: float, as_json: bool, **rest: object) -> int:
        return function(target=Target(Node(rpc_url, timeout=timeout), as_json), **rest)

    return wrapped
