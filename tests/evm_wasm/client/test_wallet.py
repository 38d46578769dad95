"""Keys: read from text and from keystore files, and never shown."""

from __future__ import annotations

import json
import sys

import pytest
from eth_keyfile.keyfile import create_keyfile_json
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.client.wallet import read_keystore, read_private_key
from evm_wasm.errors import InputError
from evm_wasm.primitives.secp256k1 import ORDER

# The first account of every devnet, known to everybody.
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
ADDRESS = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"

# The example of the Web3 Secret Storage definition, "Test Vectors", with scrypt; published.
PUBLISHED = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {
            "dklen": 32,
            "n": 262144,
            "p": 8,
            "r": 1,
            "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
        },
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}


def keystore(kdf: str = "pbkdf2") -> dict:
    work = {"pbkdf2": 2, "scrypt": 2}[kdf]
    return create_keyfile_json(bytes.fromhex(KEY), b"p\xc3\xa4ss", kdf=kdf, iterations=work)


@pytest.mark.parametrize("text", [KEY, "0x" + KEY, KEY.upper(), f" 0x{KEY}\n"])
def test_a_key_is_read_with_and_without_prefix(text: str) -> None:
    key = read_private_key(text, what="it")
    assert (key.address.hex(), key.secret.hex()) == (ADDRESS, KEY)


@pytest.mark.parametrize(
    "text",
    ["", "0x", KEY[:-1], KEY + "0", "z" * 64, "0" * 64, f"{ORDER:064x}", "f" * 64, "é" * 64],
)
def test_what_is_no_key_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(InputError, match="it: a private key") as caught:
        read_private_key(text, what="it")
    assert len(text) < 4 or text not in str(caught.value)


def test_a_key_is_not_in_its_text() -> None:
    key = read_private_key(KEY, what="it")
    for text in (repr(key), str(key), f"{key}"):
        assert KEY not in text
        assert repr(bytes.fromhex(KEY)) not in text


@pytest.mark.parametrize("kdf", ["pbkdf2", "scrypt"])
def test_keystores_of_another_library_are_read(kdf: str) -> None:
    key = read_keystore(json.dumps(keystore(kdf)), "päss", what="it")
    assert (key.address.hex(), key.secret.hex()) == (ADDRESS, KEY)


def test_the_published_keystore_is_read() -> None:
    key = read_keystore(json.dumps(PUBLISHED), "testpassword", what="it")
    assert key.secret.hex() == "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"


def test_a_wrong_password_is_told() -> None:
    with pytest.raises(InputError, match="it: the password is wrong, or the file is damaged"):
        read_keystore(json.dumps(keystore()), "pass", what="it")


def test_a_key_of_another_address_is_told() -> None:
    file = {**keystore(), "address": "00" * 20}
    with pytest.raises(InputError, match="it: the key is not that of the address in the file"):
        read_keystore(json.dumps(file), "päss", what="it")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "{}", '{"version": 3}', '{"version": 4}', '{"version": 3, "crypto": 7}'],
)
def test_what_is_no_keystore_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^it: "):
        read_keystore(text, "", what="it")


@given(st.data())
def test_a_keystore_with_something_wrong_gives_its_key_or_none(data: st.DataObject) -> None:
    file = json.loads(json.dumps(BASE))
    place = file
    while isinstance(place, dict):
        name = data.draw(st.sampled_from(sorted(place.keys() - {"id", "address"})))
        if isinstance(place[name], dict) and data.draw(st.booleans()):
            place = place[name]
            continue
        change = data.draw(st.sampled_from(["drop", None, [], "", "zz", -1, {}]))
        if change == "drop":
            del place[name]
        else:
            place[name] = change
        break
    fault = None
    try:
        key = read_keystore(json.dumps(file), "päss", what="it")
    except InputError as error:
        fault = str(error)
    assert key.secret.hex() == KEY if fault is None else fault.startswith("it: ")


BASE = keystore()


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "eth_keyfile.keyfile", None)
    with pytest.raises(InputError, match=r"pip install 'evm-wasm\[wallet\]'"):
        read_keystore(json.dumps(BASE), "päss", what="it")
