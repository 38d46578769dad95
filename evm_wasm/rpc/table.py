"""THE table of methods: dispatch, the reading of parameters, documentation and tests derive from it.

The rows stand beside their functions, in the modules of `evm_wasm.rpc.methods`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from evm_wasm.rpc.methods import (
    blocks,
    development,
    edits,
    ewasm,
    filters,
    general,
    pool,
    sending,
    state,
    tracing,
)
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.spec import Method, Turn
from evm_wasm.rpc.values import OBJECT

MODULES_VERSION: Final = "1.0"
"""What `rpc_modules` says of each namespace, as geth does."""


def _modules(_node: Node) -> dict[str, str]:
    return {name.partition("_")[0]: MODULES_VERSION for name in sorted(TABLE)}


METHODS: Final[tuple[Method, ...]] = (
    *general.METHODS,
    Method(
        "rpc_modules", (), OBJECT, _modules, "The namespaces of this table.", turn=Turn.IMMEDIATE
    ),
    *state.METHODS,
    *blocks.METHODS,
    *sending.METHODS,
    *filters.METHODS,
    *development.METHODS,
    *edits.METHODS,
    *pool.METHODS,
    *tracing.METHODS,
    *ewasm.METHODS,
)


def _named() -> Iterator[tuple[str, Method]]:
    for method in METHODS:
        for name in (method.name, *method.aliases):
            yield name, method


TABLE: Final[Mapping[str, Method]] = MappingProxyType(dict(_named()))
"""Every name, aliases included, and its row."""
