"""Accounts from mnemonics: those that everybody knows."""

from __future__ import annotations

import pytest

from evm_wasm.devnet.accounts import derive_accounts
from evm_wasm.devnet.config import DERIVATION_PATH, DEVELOPMENT_MNEMONIC
from evm_wasm.errors import InputError

# As `anvil` prints them at its start.
KNOWN = (
    ("f39fd6e51aad88f6f4ce6ab8827279cfffb92266", "ac0974bec39a17e36ba4a6b4d238ff944bacb478"),
    ("70997970c51812dc3a010c7d01b50e0d17dc79c8", "59c6995e998f97a5a0044966f0945389dc9e86da"),
    ("3c44cdddb6a900fa2b585dd299e03d12fa4293bc", "5de4111afa1a4b94908f83103eb1f1706367c2e6"),
    ("90f79bf6eb2c4f870365e785982e1f101e93b906", "7c852118294e51e653712a81e05800f419141751"),
    ("15d34aaf54267db7d7c367839aaf71a00a2c6a65", "47e179ec197488593b187f80a00eb0da91f1b9d0"),
    ("9965507d1a55bcc2695c58ba16fb37d819b0a4dc", "8b3a350cf5c34c9194ca85829a2df0ec3153be03"),
    ("976ea74026e726554db657fa54763abd0c3a0aa9", "92db14e403b83dfe3df233f83dfa3a0d7096f21c"),
    ("14dc79964da2c08b23698b3d3cc7ca32193d9955", "4bbbf85ce3377467afe5d46f804f221813b2bb87"),
    ("23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f", "dbda1821b80551c9d65939329250298aa3472ba2"),
    ("a0ee7a142d267c1f36714e4a8f75612f20a79720", "2a871d0798f97d79848a013d4936a73bf4cc922c"),
)


def test_the_ten_accounts_of_the_development_mnemonic() -> None:
    accounts = derive_accounts(DEVELOPMENT_MNEMONIC, DERIVATION_PATH, 10)
    found = [(account.address.hex(), account.secret.hex()[:40]) for account in accounts]
    assert found == list(KNOWN)


def test_spaces_between_the_words_do_not_matter() -> None:
    spaced = f"  {DEVELOPMENT_MNEMONIC.replace(' ', '   ')} "
    assert derive_accounts(spaced, DERIVATION_PATH, 1) == derive_accounts(
        DEVELOPMENT_MNEMONIC, DERIVATION_PATH, 1
    )


def test_keys_are_not_shown() -> None:
    (account,) = derive_accounts(DEVELOPMENT_MNEMONIC, DERIVATION_PATH, 1)
    assert account.secret.hex() not in repr(account)
    assert "secret" not in repr(account)


@pytest.mark.parametrize("path", ["", "44'/60'", "m/x", "m//0", "m/2147483648", "m/0''"])
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(InputError, match="derivation path"):
        derive_accounts(DEVELOPMENT_MNEMONIC, path, 1)


def test_a_path_of_nothing_but_the_root() -> None:
    assert len(derive_accounts(DEVELOPMENT_MNEMONIC, "m", 2)) == 2
