"""The random proofs in short form; `make fuzz` runs the same on many more cases."""

from __future__ import annotations

import pytest

from fuzz.catalogue import PROOFS
from fuzz.proof import Tally

PARTS = 4
PARTED = [
    (name, part)
    for name, proof in PROOFS.items()
    if name != "stack"  # has a file of its own
    for part in range(PARTS if proof.short >= PARTS else 1)
]

# What a part must at least have compared: a proof that compares nothing proves nothing.
LEAST = {
    "fuel-core": {"returns with equal gas": 40, "traps of equal kind": 40},
    "fuel-contract": {"returns with equal gas": 20, "host calls with equal gas": 1},
    "fuel-program": {"returns with equal gas": 6, "host calls with equal gas": 20},
    "linear": {"counts": 20},
    "validators": {"accepted by both": 20, "refused by both": 60},
    "outputs": {"valid outputs": 5},
    "decoder": {"refused inputs": 500},
    "boundary": {"amounts in form global": 10, "amounts in form import": 10},
    "forms": {"frames in form global": 16, "frames in form import": 16},
    "repeatable": {"identical outputs": 50},
    "eei-sequence": {"ends in success": 10, "ends in revert": 2, "logs": 4, "slots": 15},
    "eei-smith": {"ends in success": 8},
    "eei-writing": {"ends in success": 8, "logs": 5, "slots": 5},
    "paid": {"functions": 50, "charges": 200, "checks": 50},
}


@pytest.mark.parametrize(("name", "part"), PARTED)
def test_holds(name: str, part: int) -> None:
    proof = PROOFS[name]
    tally = Tally()
    for seed in range(part, proof.short, PARTS if proof.short >= PARTS else 1):
        tally += proof.run(seed)
    for what, least in LEAST[name].items():
        assert tally[what] >= least, tally


def test_enough_modules_of_smith() -> None:
    assert PROOFS["fuel-core"].short + PROOFS["fuel-contract"].short >= 500


def test_enough_mutated_inputs() -> None:
    assert PROOFS["decoder"].short * 2 * 50 >= 3_000
