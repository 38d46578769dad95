"""The clients in Python and on the command line that take a sample through its story."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable

from eth_abi import encode
from eth_utils.abi import filter_abi_by_type
from sample_stories import ACCOUNTS, CONSTRUCTOR, ETHER_ONLY, MNEMONIC, SELF, Step, Story, plain
from web3 import Web3
from web3.exceptions import ContractLogicError
from web3.types import LogReceipt

from evm_wasm.project.deployer import with_arguments


def see(runner: Web3Runner | CastRunner, story: Story) -> list:
    """What a client sees, step by step."""
    return [getattr(runner, step.kind)(step) for step in story.steps]


class Web3Runner:
    """web3.py, with the accounts of the node."""

    def __init__(self, web3: Web3, story: Story) -> None:
        self._web3 = web3
        # As the other clients do, it estimates gas for the next block, whose time a story may set.
        web3.eth.default_block = "pending"
        self._story = story
        self._contract = web3.eth.contract(abi=story.abi)
        self._events = story.events

    def send(self, step: Step) -> object:
        sent = self._web3.eth.send_transaction(self._transaction(step))
        receipt = self._web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
        assert receipt.status == 1
        if step.function == CONSTRUCTOR:
            self._contract = self._web3.eth.contract(receipt.contractAddress, abi=self._story.abi)
        return [self._decoded(log) for log in receipt.logs]

    def call(self, step: Step) -> object:
        answer = self._function(step).call()
        single = len(self._function(step).abi["outputs"]) == 1
        return plain([answer] if single else answer)

    def refuse(self, step: Step) -> object:
        try:
            if step.function == CONSTRUCTOR:
                self._web3.eth.call(self._transaction(step))
            else:
                self._function(step).call(self._origin(step))
        except ContractLogicError as error:
            return error.message.removeprefix("execution reverted: ")
        return None

    def at(self, step: Step) -> object:
        set_time = self._web3.provider.make_request("evm_setNextBlockTimestamp", [step.value])
        assert "error" not in set_time
        return []

    def _decoded(self, log: LogReceipt) -> object:
        """An event that the ABI does not have, or not so, raises."""
        name = self._events[bytes(log.topics[0])]["name"]
        return plain((name, dict(self._contract.events[name]().process_log(log).args)))

    def _function(self, step: Step):
        address = self._contract.address
        words = [address if word == SELF else word for word in step.arguments]
        return self._contract.get_function_by_signature(step.function)(*words)

    def _origin(self, step: Step) -> dict:
        return {"from": ACCOUNTS[step.sender], "value": step.value}

    def _transaction(self, step: Step) -> dict:
        origin = self._origin(step)
        if step.function == CONSTRUCTOR:
            return {**origin, "data": deployment(self._story, step.arguments)}
        if step.function == ETHER_ONLY:
            return {**origin, "to": self._contract.address}
        return self._function(step).build_transaction(origin)


def deployment(story: Story, arguments: tuple) -> bytes:
    """Init code with the arguments of its constructor."""
    (constructor,) = filter_abi_by_type("constructor", story.abi)
    types = [parameter["type"] for parameter in constructor["inputs"]]
    return with_arguments(story.init_code, encode(types, arguments)) if types else story.init_code


class CastRunner:
    """Foundry's `cast`, which signs itself.

    Attributes:
        run: Takes a command and its words, gives the finished process.
    """

    def __init__(self, run: Callable[..., subprocess.CompletedProcess], story: Story) -> None:
        self._run = run
        self._story = story
        self._address = ""
        self._functions = story.functions
        self._events = story.events

    def send(self, step: Step) -> object:
        signing = ("--mnemonic", MNEMONIC, "--mnemonic-index", str(step.sender))
        receipt = json.loads(
            self._must("send", *signing, "--json", "--value", str(step.value), *self._what(step))
        )
        assert receipt["status"] == "0x1"
        if step.function == CONSTRUCTOR:
            self._address = Web3.to_checksum_address(receipt["contractAddress"])
        return [self._decoded(log) for log in receipt["logs"]]

    def call(self, step: Step) -> object:
        outputs = self._functions[step.function]["outputs"]
        types = ",".join(output["type"] for output in outputs)
        address, _, *words = self._what(step)
        answer = self._must("call", "--json", address, f"{step.function}({types})", *words)
        return plain(json.loads(answer))

    def refuse(self, step: Step) -> object:
        sender = ("--from", ACCOUNTS[step.sender], "--value", str(step.value))
        refused = self._run("call", *sender, *self._what(step))
        reason = re.search(r"execution reverted: (.*?)(, data: .*)?$", refused.stderr, re.MULTILINE)
        return reason and reason[1]

    def at(self, step: Step) -> object:
        self._must("rpc", "evm_setNextBlockTimestamp", str(step.value))
        return []

    def _what(self, step: Step) -> list[str]:
        if step.function == CONSTRUCTOR:
            return ["--create", "0x" + deployment(self._story, step.arguments).hex()]
        if step.function == ETHER_ONLY:
            return [self._address]
        return [self._address, step.function, *map(self._word, step.arguments)]

    def _word(self, value: object) -> str:
        if value == SELF:
            return self._address
        if isinstance(value, list):
            return f"[{','.join(map(self._word, value))}]"
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(plain(value))

    def _decoded(self, log: dict) -> object:
        """What cast decodes is data; topics are given to it in the same form."""
        first, *topics = (bytes.fromhex(topic[2:]) for topic in log["topics"])
        event = self._events[first]
        data = {True: b"".join(topics).hex(), False: log["data"][2:]}
        found = {}
        for is_indexed, words in data.items():
            entries = [entry for entry in event["inputs"] if entry["indexed"] is is_indexed]
            values = self._values([entry["type"] for entry in entries], words)
            found |= zip((entry["name"] for entry in entries), values, strict=True)
        return plain((event["name"], found))

    def _values(self, types: list[str], data: str) -> list:
        if not types:
            assert not data
            return []
        return json.loads(self._must("decode-abi", "--json", f"f()({','.join(types)})", data))

    def _must(self, command: str, *words: str) -> str:
        ended = self._run(command, *words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout
