"""What all parts of a devnet share, and how it is put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from evm_wasm.chain.chain import DEFAULT_CHAIN_ID, Chain, ChainConfig
from evm_wasm.chain.genesis import Genesis, read_genesis
from evm_wasm.chain.memory_history import MemoryHistory
from evm_wasm.chain.precompiles import install_precompiles
from evm_wasm.devnet.accounts import DevAccount, derive_accounts
from evm_wasm.devnet.config import ETHER, DevnetConfig
from evm_wasm.devnet.events import Events
from evm_wasm.devnet.mempool import Mempool
from evm_wasm.devnet.settings import Settings
from evm_wasm.devnet.signers import Signers
from evm_wasm.devnet.timekeeping import Timekeeper
from evm_wasm.engine import NativeCache
from evm_wasm.errors import EvmWasmError
from evm_wasm.model.block import Block
from evm_wasm.primitives.types import Address
from evm_wasm.rules.consensus import consensus_version
from evm_wasm.rules.forks import DEVNET, Rules
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import BLOCKS_ON_DISK, StateDatabase
from evm_wasm.store.opening import is_store_url, open_store
from evm_wasm.vm import Vm


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """The shared parts. `chain` is replaced when another one is loaded, the rest stays.

    Attributes:
        config: How the devnet was started.
        accounts: Those with keys and ether.
        chain: Blocks and states.
        vm: The machine.
        settings: What may be changed while it runs.
        signers: Keys and impersonated accounts.
        time: Timestamps.
        pool: Transactions that wait.
        events: Who is told.
    """

    config: DevnetConfig
    accounts: tuple[DevAccount, ...]
    chain: Chain
    vm: Vm
    settings: Settings
    signers: Signers
    time: Timekeeper
    pool: Mempool
    events: Events

    @property
    def head(self) -> Block:
        """The newest block."""
        return self.chain.head_block

    @property
    def consensus(self) -> str:
        """The version under which blocks are made."""
        return consensus_version(self.config.schedule, self.vm.rules.name)


def open_node(
    config: DevnetConfig, clock: Callable[[], int] | None, native: NativeCache | None
) -> Node:
    """Everything a devnet consists of; arguments and errors as of `Devnet`."""
    accounts = derive_accounts(config.mnemonic, config.derivation_path, config.accounts)
    rules = rules_of(config)
    settings = _settings(config)

    def nonce_of(address: Address) -> int:
        return node.chain.world.account(address).nonce

    def newest() -> int:
        return node.head.header.timestamp

    time = Timekeeper(clock, newest)
    genesis = _genesis(config, accounts, rules, now=time.now())
    chain_config = ChainConfig(
        chain_id=config.chain_id or genesis.chain_id or DEFAULT_CHAIN_ID,
        rules=rules,
        schedule=config.schedule,
        genesis=genesis,
    )
    node = Node(
        config=config,
        accounts=accounts,
        chain=_open_chain(config, chain_config),
        vm=Vm(rules, config.schedule, native=native),
        settings=settings,
        signers=Signers(accounts, settings, config.bounds),
        time=time,
        pool=Mempool(config.bounds, nonce_of),
        events=Events(),
    )
    if not node.chain.head:
        # The fee that was asked for is that of the first block with transactions, as in Anvil.
        settings.next_base_fee = node.head.header.base_fee_per_gas
    if config.gas_limit is None:
        settings.gas_limit = node.head.header.gas_limit
    if config.timestamp is not None and not node.chain.head:
        time.set_time(config.timestamp)
    time.follow()
    return node


def rules_of(config: DevnetConfig) -> Rules:
    """The rules of a devnet: those of the fork, with another name where something differs."""
    if config.code_size_limit is None:
        return DEVNET
    limits = replace(DEVNET.limits, code_size=config.code_size_limit)
    name = f"{DEVNET.name} with code of {config.code_size_limit} bytes"
    return replace(DEVNET, name=name, limits=limits)


def fresh_chain(node: Node) -> Chain:
    """A chain in memory at the genesis of a devnet."""
    return Chain(MemoryHistory(keep=node.config.keep), node.chain.config)


def keeps_store(config: DevnetConfig) -> bool:
    """Whether the chain lies in a store, and neither in a file nor in memory alone."""
    return config.state is not None and is_store_url(config.state)


def _open_chain(config: DevnetConfig, chain_config: ChainConfig) -> Chain:
    if config.state is None or not keeps_store(config):
        return Chain(MemoryHistory(keep=config.keep), chain_config)
    consensus = consensus_version(config.schedule, chain_config.rules.name)
    keep = BLOCKS_ON_DISK if config.keep is None else config.keep
    store = open_store(config.state, create=True)
    try:
        return Chain(StateDatabase(store, consensus=consensus, keep=keep), chain_config)
    except EvmWasmError:
        store.close()
        raise


def _genesis(
    config: DevnetConfig, accounts: tuple[DevAccount, ...], rules: Rules, *, now: int
) -> Genesis:
    """Block 0: what the file says, or the defaults, and the accounts that the file does not have."""
    if config.genesis is None:
        genesis = Genesis(timestamp=now, coinbase=config.coinbase)
    else:
        genesis = read_genesis(config.genesis, what="genesis")
    world = genesis.world
    funded = AccountChange(nonce=0, balance=config.balance_ether * ETHER)
    changes = {account.address: funded for account in accounts if not world.exists(account.address)}
    world = world.apply(changes)
    return replace(
        genesis,
        world=install_precompiles(world) if config.precompiles else world,
        gas_limit=_first(config.gas_limit, genesis.gas_limit, rules.block_gas_limit),
        base_fee=_first(config.base_fee, genesis.base_fee),
        timestamp=_first(config.timestamp, genesis.timestamp) or 0,
    )


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _settings(config: DevnetConfig) -> Settings:
    return Settings(
        automine=config.automine and (config.block_time is None or config.mixed_mining),
        block_time=config.block_time,
        coinbase=config.coinbase,
        gas_limit=config.gas_limit or DEVNET.block_gas_limit,
        min_gas_price=config.min_gas_price,
        next_base_fee=None,
        auto_impersonate=config.auto_impersonate,
        logging=True,
    )
