"""What each sample contract goes through, told once for all clients: sends, calls, refusals.

A runner hands every client the same steps and gives back what it saw, in the form of `plain`:
numbers as decimal text, bytes as hex, addresses with their checksum.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector, keccak, to_checksum_address
from eth_utils.abi import abi_to_signature, filter_abi_by_type

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"

ACCOUNTS = (
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
)
"""The first accounts of the node; senders are named by their place here."""

MNEMONIC = "test test test test test test test test test test test junk"
"""Whose accounts they are, for clients that sign themselves."""

A, B, C, D = ACCOUNTS
ALICE, BOB, CAROL, DAVE = range(4)

NOBODY = to_checksum_address("0x" + "77" * 20)
ZERO = "0x" + "00" * 20
SELF = "SELF"
"""As an argument: the address of the sample itself."""

CONSTRUCTOR = "constructor"
ETHER_ONLY = ""
"""What stands where a function's signature could: a deployment, and a transfer of ether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, and what comes of it.

    Attributes:
        kind: `send` a transaction, `call`, `refuse` (a call that reverts), or `at`: the next block
            has this timestamp.
        function: A signature, `CONSTRUCTOR` or `ETHER_ONLY`.
        sees: Of `send` the events, as name and arguments; of `call` the outputs; of `refuse` the
            reason.
    """

    kind: str
    function: str = ETHER_ONLY
    arguments: tuple = ()
    sender: int = ALICE
    value: int = 0
    sees: object = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A sample and what happens to it; the first step that is sent deploys it."""

    sample: str
    steps: tuple[Step, ...]

    @property
    def contract(self) -> Path:
        """The sample's runtime module; its other files have the same stem."""
        folder = CONTRACTS / self.sample
        return folder / f"{self.sample.partition('_')[0]}.wasm"

    @property
    def abi(self) -> list:
        return json.loads(self.contract.with_suffix(".abi.json").read_text())

    @property
    def functions(self) -> dict[str, dict]:
        """The functions of the ABI by their signatures."""
        return {
            abi_to_signature(entry): entry for entry in filter_abi_by_type("function", self.abi)
        }

    @property
    def events(self) -> dict[bytes, dict]:
        """The events of the ABI by their first topics."""
        events = filter_abi_by_type("event", self.abi)
        return {keccak(text=abi_to_signature(entry)): entry for entry in events}

    @property
    def init_code(self) -> bytes:
        """Without constructor arguments."""
        return self.contract.with_name(f"{self.contract.stem}_deploy.wasm").read_bytes()

    @property
    def sights(self) -> list:
        """What a client is to see."""
        return [plain(step.sees) for step in self.steps]

    def told(self) -> dict:
        """The story as JSON, for a client in another language."""
        code = "0x" + self.init_code.hex()
        steps = [plain({**asdict(step), "sees": ()}) for step in self.steps]
        return {"sample": self.sample, "abi": self.abi, "code": code, "steps": steps}


def plain(value: object) -> object:
    """A value as all clients can say it."""
    match value:
        case bool() | str():
            return value
        case int():
            return str(value)
        case bytes():
            return "0x" + value.hex()
        case dict():
            return {key: plain(part) for key, part in value.items()}
        case _:
            return [plain(part) for part in value]


def send(function: str, *arguments, events=(), **more) -> Step:
    return Step(kind="send", function=function, arguments=arguments, sees=events, **more)


def call(function: str, *arguments, gives, **more) -> Step:
    outputs = gives if isinstance(gives, tuple) else (gives,)
    return Step(kind="call", function=function, arguments=arguments, sees=outputs, **more)


def refuse(function: str, *arguments, reason: str, **more) -> Step:
    return Step(kind="refuse", function=function, arguments=arguments, sees=reason, **more)


def at(timestamp: int) -> Step:
    return Step(kind="at", value=timestamp)


def event(name: str, **arguments) -> tuple:
    return name, {key.rstrip("_"): value for key, value in arguments.items()}


SUPPLY = 10**27

ERC20 = (
    send(CONSTRUCTOR, SUPPLY, events=[event("Transfer", from_=ZERO, to=A, amount=SUPPLY)]),
    call("name()", gives="Sample Token"),
    call("symbol()", gives="SAMPLE"),
    call("decimals()", gives=18),
    call("totalSupply()", gives=SUPPLY),
    send(
        *("transfer(address,uint256)", B, 10**20),
        events=[event("Transfer", from_=A, to=B, amount=10**20)],
    ),
    call("balanceOf(address)", A, gives=SUPPLY - 10**20),
    refuse(
        *("transfer(address,uint256)", B, SUPPLY),
        reason="ERC20: transfer amount exceeds balance",
    ),
    refuse("transfer(address,uint256)", ZERO, 1, reason="ERC20: transfer to the zero address"),
    send(
        *("approve(address,uint256)", B, 77),
        events=[event("Approval", owner=A, spender=B, amount=77)],
    ),
    send(
        *("transferFrom(address,address,uint256)", A, C, 60),
        sender=BOB,
        events=[event("Transfer", from_=A, to=C, amount=60)],
    ),
    call("allowance(address,address)", A, B, gives=17),
    refuse(
        *("transferFrom(address,address,uint256)", A, C, 18),
        sender=BOB,
        reason="ERC20: insufficient allowance",
    ),
    call("balanceOf(address)", C, gives=60),
)

UNIQUE = 2**255 + 17
SAFELY = "safeTransferFrom(address,address,uint256)"
SAFELY_WITH_DATA = "safeTransferFrom(address,address,uint256,bytes)"

ERC721 = (
    send(CONSTRUCTOR),
    call("name()", gives="Sample Collection"),
    call("symbol()", gives="UNIQUE"),
    call("minter()", gives=A),
    call("supportsInterface(bytes4)", bytes.fromhex("80ac58cd"), gives=True),
    call("supportsInterface(bytes4)", bytes.fromhex("ffffffff"), gives=False),
    send(
        *("mint(address,uint256)", A, UNIQUE),
        events=[event("Transfer", from_=ZERO, to=A, token=UNIQUE)],
    ),
    refuse("mint(address,uint256)", A, UNIQUE, reason="ERC721: token exists"),
    refuse(
        *("mint(address,uint256)", B, 1),
        sender=BOB,
        reason="ERC721: only the minter may mint",
    ),
    send(
        *("approve(address,uint256)", B, UNIQUE),
        events=[event("Approval", owner=A, approved=B, token=UNIQUE)],
    ),
    call("getApproved(uint256)", UNIQUE, gives=B),
    refuse(
        *("transferFrom(address,address,uint256)", A, C, UNIQUE),
        sender=CAROL,
        reason="ERC721: caller is not approved",
    ),
    send(
        *("transferFrom(address,address,uint256)", A, B, UNIQUE),
        sender=BOB,
        events=[event("Transfer", from_=A, to=B, token=UNIQUE)],
    ),
    send(
        *("setApprovalForAll(address,bool)", C, True),
        sender=BOB,
        events=[event("ApprovalForAll", owner=B, operator=C, approved=True)],
    ),
    call("isApprovedForAll(address,address)", B, C, gives=True),
    send(
        *(SAFELY, B, C, UNIQUE),
        sender=CAROL,
        events=[event("Transfer", from_=B, to=C, token=UNIQUE)],
    ),
    send(
        *(SAFELY_WITH_DATA, C, A, UNIQUE, b"\xab\xcd"),
        sender=CAROL,
        events=[event("Transfer", from_=C, to=A, token=UNIQUE)],
    ),
    refuse(SAFELY, A, SELF, UNIQUE, reason="ERC721: receiver does not take tokens"),
    refuse("ownerOf(uint256)", 99, reason="ERC721: no such token"),
    call("ownerOf(uint256)", UNIQUE, gives=A),
    call("balanceOf(address)", A, gives=1),
)

ETHER = 10**18
SUBMIT = "submit(address,uint256,bytes)"
ASKS_TOO_MUCH = function_signature_to_4byte_selector("transaction(uint256)") + (99).to_bytes(32)

MULTISIG = (
    refuse(
        *(CONSTRUCTOR, [A, B], 3),
        reason="wallet: required confirmations must be 1 to the number of owners",
    ),
    send(CONSTRUCTOR, [A, B, C], 2, value=5 * ETHER),
    call("owners()", gives=([A, B, C],)),
    call("isOwner(address)", D, gives=False),
    call("required()", gives=2),
    send(ETHER_ONLY, sender=DAVE, value=2**65, events=[event("Deposit", sender=D, value=2**65)]),
    send(
        *(SUBMIT, NOBODY, ETHER, b""),
        events=[event("Submission", id=0), event("Confirmation", owner=A, id=0)],
    ),
    call("transactionCount()", gives=1),
    call("transaction(uint256)", 0, gives=(NOBODY, ETHER, b"", False, 1)),
    refuse("execute(uint256)", 0, reason="wallet: not enough confirmations"),
    refuse("confirm(uint256)", 0, reason="wallet: already confirmed"),
    refuse("confirm(uint256)", 0, sender=DAVE, reason="wallet: only owners may do this"),
    send(
        *("confirm(uint256)", 0),
        sender=BOB,
        events=[event("Confirmation", owner=B, id=0)],
    ),
    call("isConfirmed(uint256,address)", 0, B, gives=True),
    send(
        *("revoke(uint256)", 0),
        sender=BOB,
        events=[event("Revocation", owner=B, id=0)],
    ),
    send(
        *("confirm(uint256)", 0),
        sender=CAROL,
        events=[event("Confirmation", owner=C, id=0)],
    ),
    send("execute(uint256)", 0, events=[event("Execution", id=0)]),
    refuse("execute(uint256)", 0, reason="wallet: already executed"),
    send(
        *(SUBMIT, SELF, 0, ASKS_TOO_MUCH),
        events=[event("Submission", id=1), event("Confirmation", owner=A, id=1)],
    ),
    send("confirm(uint256)", 1, sender=BOB, events=[event("Confirmation", owner=B, id=1)]),
    refuse("execute(uint256)", 1, reason="wallet: no such transaction"),
)

BEGIN = 4_000_000_000
PHASE = 3_600
SALT = b"\x05" * 32
COMMIT, REVEAL = "commit(bytes32)", "reveal(uint256,bytes32)"


def hidden(bidder: str, amount: int) -> bytes:
    """The commitment to a bid."""
    return keccak(encode(["address", "uint256", "bytes32"], [bidder, amount, SALT]))


AUCTION = (
    at(BEGIN),
    send(CONSTRUCTOR, D, PHASE, PHASE),
    call("beneficiary()", gives=D),
    call("commitEnd()", gives=BEGIN + PHASE),
    call("revealEnd()", gives=BEGIN + 2 * PHASE),
    call("commitmentOf(address,uint256,bytes32)", A, 5, SALT, gives=hidden(A, 5)),
    send(COMMIT, hidden(A, 5), value=9, events=[event("Committed", bidder=A, deposit=9)]),
    send(
        *(COMMIT, hidden(B, 8)),
        sender=BOB,
        value=8,
        events=[event("Committed", bidder=B, deposit=8)],
    ),
    send(
        *(COMMIT, hidden(C, 2)),
        sender=CAROL,
        value=2,
        events=[event("Committed", bidder=C, deposit=2)],
    ),
    call("depositOf(address)", A, gives=9),
    refuse(COMMIT, SALT, reason="auction: already committed"),
    refuse(REVEAL, 5, SALT, reason="auction: bids are still secret"),
    at(BEGIN + PHASE),
    send(REVEAL, 5, SALT, events=[event("Revealed", bidder=A, amount=5, leads=True)]),
    call("highestBidder()", gives=A),
    call("withdrawalOf(address)", A, gives=4),
    send(
        *(REVEAL, 8, SALT),
        sender=BOB,
        events=[event("Revealed", bidder=B, amount=8, leads=True)],
    ),
    refuse(REVEAL, 3, SALT, sender=CAROL, reason="auction: this is not what was committed"),
    call("settled()", gives=False),
    refuse("settle()", reason="auction: bids are still revealed"),
    at(BEGIN + 2 * PHASE),
    send("settle()", events=[event("Settled", winner=B, amount=8)]),
    call("highestBid()", gives=8),
    call("settled()", gives=True),
    refuse("settle()", reason="auction: already settled"),
    send("withdraw()", sender=DAVE, events=[event("Withdrawn", receiver=D, amount=10)]),
    send("withdraw()", events=[event("Withdrawn", receiver=A, amount=9)]),
    refuse("withdraw()", sender=CAROL, reason="auction: nothing to withdraw"),
)

COUNTER = (
    send(CONSTRUCTOR),
    call("count()", gives=0),
    send("increment()"),
    send("increment()", sender=BOB),
    call("count()", gives=2),
)

TOKEN = (
    send(CONSTRUCTOR),
    call("totalSupply()", gives=10**6),
    send(
        *("transfer(address,uint64)", B, 5),
        events=[event("Transfer", from_=A, to=B, amount=5)],
    ),
    refuse("transfer(address,uint64)", B, 10**6, reason="insufficient balance"),
    call("balanceOf(address)", B, gives=5),
)

STORIES = (
    *(Story(f"erc20_{name}", ERC20) for name in ("assemblyscript", "c", "rust", "zig")),
    Story("erc721", ERC721),
    Story("multisig", MULTISIG),
    Story("auction", AUCTION),
    Story("counter", COUNTER),
    Story("token", TOKEN),
)
