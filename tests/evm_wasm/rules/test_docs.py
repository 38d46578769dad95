"""The page about the rules is what the rules say."""

from __future__ import annotations

from dataclasses import fields

import pytest

from evm_wasm.rules.docs import DOCS_FILE, attribute_docs, to_markdown
from evm_wasm.rules.forks import DEVNET, FORKS, BaseFeeRules, Rules
from evm_wasm.rules.limits import ProtocolLimits
from evm_wasm.rules.schedule import GasSchedule
from evm_wasm.rules.transactions import TRANSACTION_FORKS, TransactionRules


def test_the_page_is_in_step():
    assert DOCS_FILE.read_text(encoding="utf-8") == to_markdown(), (
        "run python -m evm_wasm.rules.docs"
    )


@pytest.mark.parametrize(
    "kind", [Rules, TransactionRules, BaseFeeRules, ProtocolLimits, GasSchedule]
)
def test_every_field_is_explained(kind: type):
    assert list(attribute_docs(kind)) == [field.name for field in fields(kind)]


def test_the_devnet_has_the_transactions_of_london():
    assert DEVNET.transaction == TRANSACTION_FORKS["London"]
    assert all(name == rules.name for name, rules in FORKS.items())


def test_forks_of_transactions_differ_where_they_should():
    costs = {
        name: (rules.non_zero_byte, len(rules.types), rules.refund_quotient)
        for name, rules in TRANSACTION_FORKS.items()
    }
    assert costs == {
        "Byzantium": (68, 1, 2),
        "Constantinople": (68, 1, 2),
        "ConstantinopleFix": (68, 1, 2),
        "Istanbul": (16, 1, 2),
        "Berlin": (16, 2, 2),
        "London": (16, 3, 5),
    }
