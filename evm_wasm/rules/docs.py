"""From the rules to what people read: `python -m evm_wasm.rules.docs` rewrites `docs/forks.md`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Final

from evm_wasm.model.transaction import TransactionType
from evm_wasm.rules.differences import DIFFERENCES
from evm_wasm.rules.forks import FORKS, BaseFeeRules, Rules
from evm_wasm.rules.limits import ProtocolLimits
from evm_wasm.rules.schedule import GasSchedule
from evm_wasm.rules.transactions import TRANSACTION_FORKS, TransactionRules

DOCS_FILE: Final = Path(__file__).parents[2] / "docs" / "forks.md"

_ATTRIBUTE: Final = re.compile(r"^    (\w+): (.+?)(?=^    \w+: |\Z)", re.MULTILINE | re.DOTALL)
"""One attribute of a cleaned docstring: its name, and its text up to the next one."""

_PARTS: Final = (
    ("Transactions", "transaction", TransactionRules),
    ("Base fee", "base_fee", BaseFeeRules),
    ("Limits", "limits", ProtocolLimits),
    ("Prices of the Ethereum Environment Interface, in gas", "gas", GasSchedule),
)
"""Heading, field of `Rules`, and type of each part of the rules."""


def to_markdown() -> str:
    """The whole page."""
    chapters = [_HEADER, *_differences(), "## Rules of chains", ""]
    own = [field.name for field in fields(Rules) if field.name not in _part_names()]
    chapters += _table(Rules, own[1:], FORKS)
    for heading, name, kind in _PARTS:
        chapters += [f"### {heading}", ""]
        parts = {fork: getattr(rules, name) for fork, rules in FORKS.items()}
        chapters += _table(kind, [field.name for field in fields(kind)], parts)
    chapters += ["## Forks of transaction tests", "", _TESTS, ""]
    names = [field.name for field in fields(TransactionRules)]
    chapters += _table(TransactionRules, names, TRANSACTION_FORKS)
    return "\n".join(chapters).rstrip() + "\n"


def _part_names() -> set[str]:
    return {name for _, name, _ in _PARTS}


def _differences() -> Iterator[str]:
    yield "## Differences from the main network"
    yield ""
    yield "| | main network | here |"
    yield "|---|---|---|"
    for row in DIFFERENCES:
        yield f"| {row.topic} | {row.mainnet} | {row.here} |"
    yield ""


def _table(kind: type, names: Sequence[str], columns: Mapping[str, object]) -> Iterator[str]:
    """A row for each field, a column for each fork, and what the class says of the field."""
    meanings = attribute_docs(kind)
    yield f"| | {' | '.join(columns)} | |"
    yield f"|---{'|---' * len(columns)}|---|"
    for name in names:
        values = " | ".join(_shown(getattr(part, name, None)) for part in columns.values())
        yield f"| `{name}` | {values} | {meanings[name]} |"
    yield ""


def attribute_docs(kind: type) -> dict[str, str]:
    """What the docstring of a dataclass says of each attribute, on one line each."""
    text = inspect.getdoc(kind) or ""
    _, _, attributes = text.partition("Attributes:\n")
    return {name: " ".join(doc.split()) for name, doc in _ATTRIBUTE.findall(attributes)}


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple) and all(isinstance(item, TransactionType) for item in value):
        return ", ".join(str(int(item)) for item in value)
    if is_dataclass(value) or not isinstance(value, str):
        raise TypeError(f"no text for a {type(value).__name__}")
    return value


_HEADER: Final = """# Rules

Everything that a fork can change is data in `evm_wasm/rules/`. This page is generated from it:
`python -m evm_wasm.rules.docs`. Prices of wasm instructions are the injector's
(`injector/prices.json`).

`Byzantium` has the rules of the official ewasm state tests. `Devnet` is what chains of our own run
under: transactions and blocks as in London, the interface at its own prices.
"""

_TESTS: Final = """`ewasm transactiontest` knows these. All of them have low s (EIP-2) and chain ids (EIP-155);
nonces end at 2^64 - 2 (EIP-2681), gas limits at 2^64 - 1, and gas limit times price has to fit in
256 bits."""


def main() -> None:
    """Rewrites the generated file."""
    DOCS_FILE.write_text(to_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
