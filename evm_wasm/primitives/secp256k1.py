"""Signatures on the curve secp256k1, and the one place that knows which library makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coincurve import PrivateKey, PublicKey

from evm_wasm.errors import InputError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32

ORDER: Final = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""Number of points of the group (SEC 2, section 2.4.1): keys, r and s lie in 1 to ORDER - 1."""

HALF_ORDER: Final = ORDER // 2
"""The greatest s of a transaction since Homestead (EIP-2)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """An ECDSA signature from which the signer can be recovered.

    Attributes:
        y_parity: 0 or 1: whether the curve point's y is odd.
        r: x of the curve point modulo the order.
        s: The proof.
    """

    y_parity: int
    r: int
    s: int


def address_of_key(secret: bytes) -> Address:
    """The account a key controls: the end of its public key's hash.

    Raises:
        InputError: Not a key: not 32 bytes, or not in 1 to ORDER - 1.
    """
    return _address(_private_key(secret).public_key)


def compressed_public_key(secret: bytes) -> bytes:
    """The public key in 33 bytes: the parity of y as 2 or 3, then x (SEC 1, section 2.3.3).

    Raises:
        InputError: Not a key.
    """
    return _private_key(secret).public_key.format(compressed=True)


def add_to_key(secret: bytes, number: bytes) -> bytes:
    """The key that is greater by a number modulo the order, as key trees derive children (BIP-32).

    Args:
        secret: 32 bytes.
        number: 32 bytes, big-endian.

    Raises:
        InputError: Not a key, or the number or the sum is none (chance 1 in 2^127).
    """
    added = int.from_bytes(number, "big")
    if added >= ORDER:
        raise InputError("a number to add to a key must be below the order of the curve")
    _private_key(secret)
    total = (int.from_bytes(secret, "big") + added) % ORDER
    if not total:
        raise InputError("the sum of a key and a number is no key")
    return total.to_bytes(32, "big")


def sign(message_hash: Hash32, secret: bytes) -> Signature:
    """The signature of a hash, the same one each time (RFC 6979), with s at most HALF_ORDER.

    Raises:
        InputError: Not a key, or not a hash of 32 bytes.
    """
    if len(message_hash) != 32:
        raise InputError(f"a message hash of {len(message_hash)} bytes; it must have 32")
    signature = _private_key(secret).sign_recoverable(message_hash, hasher=None)
    return Signature(
        y_parity=signature[64],
        r=int.from_bytes(signature[:32], "big"),
        s=int.from_bytes(signature[32:64], "big"),
    )


def recover(message_hash: Hash32, signature: Signature) -> Address:
    """The account whose key made a signature; s above HALF_ORDER is accepted.

    Raises:
        InputError: No key makes such a signature.
    """
    if signature.y_parity not in {0, 1}:
        raise InputError("a signature's y parity must be 0 or 1")
    if not (0 < signature.r < ORDER and 0 < signature.s < ORDER):
        raise InputError("a signature's r and s must lie between 0 and the order of the curve")
    serialized = (
        signature.r.to_bytes(32, "big")
        + signature.s.to_bytes(32, "big")
        + bytes((signature.y_parity,))
    )
    try:
        key = PublicKey.from_signature_and_message(serialized, message_hash, hasher=None)
    except ValueError as error:
        raise InputError("no public key belongs to this signature") from error
    return _address(key)


def _private_key(secret: bytes) -> PrivateKey:
    # The library would fill up a short key with zeros.
    if len(secret) != 32:
        raise InputError(f"a private key of {len(secret)} bytes; it must have 32")
    # Checked here and not by the library, so that no error can ever quote the key.
    if not 0 < int.from_bytes(secret, "big") < ORDER:
        raise InputError("a private key must lie between 0 and the order of the curve")
    return PrivateKey(secret)


def _address(key: PublicKey) -> Address:
    # The first byte only says that both coordinates follow.
    return Address(keccak256(key.format(compressed=False)[1:])[-20:])
