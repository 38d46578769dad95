"""Dumps of a devnet: written, put in its place, kept in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evm_wasm.devnet.dump import Dump, write_dump
from evm_wasm.devnet.node import Node, keeps_store
from evm_wasm.devnet.snapshots import Snapshots
from evm_wasm.devnet.state_file import read_file, write_file
from evm_wasm.errors import InputError


class Keeper:
    """Dumps and loads a devnet."""

    def __init__(self, node: Node, snapshots: Snapshots) -> None:
        self._node = node
        self._snapshots = snapshots
        self._file: Path | None = None
        if node.config.state is not None and not keeps_store(node.config):
            self._file = Path(node.config.state)

    def open_file(self) -> None:
        """Loads the file of the configuration, if there is one; errors as of `Devnet`.

        What the configuration says of settings holds, not what the file does.
        """
        node = self._node
        data = read_file(self._file) if self._file is not None else None
        if data is None:
            return
        configured = replace(node.settings)
        self.load(data, takes_chain_id=node.config.chain_id is None)
        configured.next_base_fee = node.settings.next_base_fee
        if node.config.gas_limit is None:
            configured.gas_limit = node.settings.gas_limit
        node.settings.assign(configured)

    def save(self, path: Path | None = None) -> None:
        """Writes a dump into a file; into that of the configuration where none is named.

        Raises:
            StoreError: It cannot be written; it is as it was.
        """
        path = path or self._file
        if path is not None:
            write_file(path, self.dump())

    def dump(self) -> bytes:
        """The whole devnet as one compressed text."""
        return write_dump(self._node)

    def load(self, data: bytes, *, takes_chain_id: bool = False) -> None:
        """Puts a dump in the place of everything; errors as of `Devnet.load`.

        Args:
            data: The dump.
            takes_chain_id: Whether the devnet gets the chain id of the dump.
        """
        node = self._node
        if keeps_store(node.config):
            raise InputError(
                "this devnet keeps its chain in a store; a dump can only be loaded into one that "
                "keeps it in memory or in a file"
            )
        dump = Dump(data)
        config = node.chain.config
        if takes_chain_id:
            config = replace(config, chain_id=dump.chain_id)
        loaded = dump.load(config, consensus=node.consensus, keep=node.config.keep)
        remembered = loaded.remembered
        node.settings.assign(remembered.settings)
        node.time.restore(remembered.time)
        node.signers.restore(remembered.impersonated)
        self._snapshots.replace_chain(loaded.chain)
        node.pool.restore(remembered.pool)
        self._snapshots.forget()
