"""A whole devnet as one compressed text: blocks, receipts, state, settings, pool and clock.

JSON lines, compressed with gzip:

    {"format": "ewasm-devnet", "version": 1, "consensus": "...", "chainId": 31337, "blocks": 2}
    {"time": {...}, "settings": {...}, "impersonated": [...], "pool": [...], "edits": "0x..."}
    {"block": "0x...", "receipts": "0x...", "edits": "0x..."}
    {"block": "0x...", "receipts": "0x...", "edits": "0x..."}
    the lines of `state.dump` for the state after the last block
    {"sha256": "..."}

The last line is the hash of all before it. Only the newest state is in a dump: what came before
can be read, but not called.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evm_wasm.chain.chain import Chain, ChainConfig
from evm_wasm.chain.copying import BlockCopy, chain_of_copies, copy_blocks
from evm_wasm.chain.edits import encode_edits
from evm_wasm.devnet.dump_settings import Remembered, read_remembered, remembered_to_json
from evm_wasm.devnet.node import Node
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes, parse_bytes
from evm_wasm.primitives.json_text import as_object, parse_json
from evm_wasm.state.change import AccountChange
from evm_wasm.state.dump import DumpReader, dump_lines
from evm_wasm.state.world import WorldState

FORMAT: Final = "ewasm-devnet"
VERSION: Final = 1

MOST_BYTES: Final = 2 << 30
"""Of a dump when it is decompressed."""

_COMPRESSION: Final = 6


def write_dump(node: Node) -> bytes:
    """The dump of a devnet; the same bytes for the same devnet.

    Raises:
        StateError: Its store is damaged.
    """
    text = io.BytesIO()
    digest = hashlib.sha256()
    with gzip.GzipFile(fileobj=text, mode="wb", compresslevel=_COMPRESSION, mtime=0) as file:
        for line in _lines(node):
            data = line.encode()
            digest.update(data)
            file.write(data)
        file.write(_line({"sha256": digest.hexdigest()}).encode())
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a dump holds, ready to go on with."""

    chain: Chain
    remembered: Remembered


class Dump:
    """A dump that is whole and of a version that this program reads.

    Attributes:
        chain_id: Of its chain.
        consensus: The version under which the chain was made.
        blocks: How many there are.
    """

    def __init__(self, data: bytes) -> None:
        """Decompresses a dump and checks that nothing of it is missing.

        Raises:
            InputError: No dump, damaged, or of an unknown version.
        """
        self._lines = iter(_checked_lines(data))
        header = _members(self._lines, "header", *_HEADER)
        self.chain_id = _positive(header, "chainId")
        self.blocks = _positive(header, "blocks")
        self.consensus = str(header["consensus"])

    def load(self, config: ChainConfig, *, consensus: str, keep: int | None) -> Loaded:
        """What the dump holds, checked throughout; once only.

        Args:
            config: Of the chain that it must be.
            consensus: The version under which the chain must have been made.
            keep: As of `MemoryHistory`.

        Raises:
            InputError: It is of another consensus version or chain id, both are named; or its
                parts do not fit together.
        """
        for name, found, wanted in (
            ("consensus version", self.consensus, consensus),
            ("chain id", str(self.chain_id), str(config.chain_id)),
        ):
            if found != wanted:
                raise InputError(f"dump: its {name} is '{found}', this devnet's is '{wanted}'")
        remembered = read_remembered(_members(self._lines, "settings", *_REMEMBERED))
        copies = [_read_copy(self._lines, number) for number in range(self.blocks)]
        world = _read_world(self._lines)
        chain = chain_of_copies(config, copies, world, remembered.edits, keep=keep)
        return Loaded(chain, remembered)


_HEADER: Final = ("format", "version", "consensus", "chainId", "blocks")
_REMEMBERED: Final = ("time", "settings", "impersonated", "pool", "edits")
_COPY: Final = ("block", "receipts", "edits")


def _read_world(lines: Iterator[str]) -> WorldState:
    changes = {
        account.address: AccountChange(
            nonce=account.nonce,
            balance=account.balance,
            code=account.code,
            slots=dict(account.slots),
        )
        for account in DumpReader(lines, what="dump: state").accounts()
    }
    return WorldState.EMPTY.apply(changes)


def _lines(node: Node) -> Iterator[str]:
    chain = node.chain
    yield _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "consensus": node.consensus,
            "chainId": chain.config.chain_id,
            "blocks": chain.head + 1,
        }
    )
    edits = encode_edits(chain.edits) if chain.edits else b""
    yield _line(remembered_to_json(node, edits))
    for copy in copy_blocks(chain):
        yield _line(
            {
                "block": format_bytes(copy.block),
                "receipts": format_bytes(copy.receipts),
                "edits": format_bytes(copy.edits),
            }
        )
    world = chain.world_at(chain.head)
    yield from dump_lines(world, consensus=node.consensus, number=chain.head)


def _checked_lines(data: bytes) -> list[str]:
    """The lines before the last one, which is their hash."""
    text = _decompressed(data)
    body, _, last = text.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        lines = body.decode("ascii").splitlines()
        members = as_object(parse_json(last.decode("ascii"), what="dump"), what="dump")
    except ValueError as error:
        raise InputError("dump: not text") from error
    first = as_object(parse_json(lines[0], what="dump: header"), what="dump: header")
    _check_version(first)
    if members.get("sha256") != hashlib.sha256(body).hexdigest():
        raise InputError("dump: damaged or cut short: it does not have the hash it says")
    return lines


def _decompressed(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            text = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"dump: not compressed with gzip, or damaged: {error}") from error
    if len(text) > MOST_BYTES:
        raise InputError(f"dump: more than {MOST_BYTES} bytes")
    return text


def _check_version(header: object) -> None:
    members = as_object(header, what="dump: header")
    if members.get("format") != FORMAT:
        raise InputError("dump: not the dump of a devnet")
    version = members.get("version")
    if version != VERSION or isinstance(version, bool):
        raise InputError(f"dump: of version {version!r}; this program reads version {VERSION}")


def _positive(header: dict[str, object], name: str) -> int:
    number = header[name]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InputError(f"dump: header: {name} is not a number above 0")
    return number


def _read_copy(lines: Iterator[str], number: int) -> BlockCopy:
    what = f"block {number}"
    members = _members(lines, what, "block", "receipts", "edits")
    return BlockCopy(*(parse_bytes(members[name], what=f"dump: {what}: {name}") for name in _COPY))


def _members(lines: Iterator[str], what: str, *names: str) -> dict[str, object]:
    """The next line as an object with just these members."""
    line = next(lines, None)
    if line is None:
        raise InputError(f"dump: {what} is missing")
    members = as_object(parse_json(line, what=f"dump: {what}"), what=f"dump: {what}")
    if members.keys() != set(names):
        raise InputError(f"dump: {what}: the members should be {', '.join(names)}")
    return dict(members)


def _line(members: object) -> str:
    return json.dumps(members) + "\n"
