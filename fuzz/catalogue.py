"""All proofs by name, with how many cases each gets."""

from __future__ import annotations

from fuzz.boundary import random_amounts
from fuzz.eei_forms import (
    contracts_of_smith_agree,
    sequences_agree,
    writing_contracts_of_smith_agree,
)
from fuzz.gas import forms_agree, fuel_of_contracts, fuel_of_core_modules, fuel_of_programs
from fuzz.graph import output_is_paid
from fuzz.prices import gas_is_linear
from fuzz.proof import Proof
from fuzz.recursion import recursion_is_limited
from fuzz.repeat import output_is_repeatable
from fuzz.validation import decoder_stays_calm, outputs_are_valid, validators_agree

PROOFS = {
    proof.name: proof
    for proof in (
        Proof(
            "fuel-core",
            "Gas is the engine's fuel, results and traps are equal: modules of `smith`",
            fuel_of_core_modules, 260, 0.5,
        ),
        Proof(
            "fuel-contract",
            "Gas is the engine's fuel, results and traps are equal: contracts of `smith`",
            fuel_of_contracts, 260, 0.5,
        ),
        Proof(
            "fuel-program",
            "Gas is the engine's fuel, results and traps are equal: programs of our own",
            fuel_of_programs, 60, 0.1,
        ),
        Proof(
            "linear",
            "Raising one price moves the gas by the count of that instruction",
            gas_is_linear, 8, 0.005,
        ),
        Proof(
            "validators",
            "What we accept the engine accepts; what we call invalid it refuses",
            validators_agree, 100, 0.1,
        ),
        Proof("outputs", "Every output is valid and refused as input", outputs_are_valid, 50, 0.05),
        Proof(
            "decoder",
            "Any input gives findings or an output, never another error",
            decoder_stays_calm, 30, 0.05,
        ),
        Proof(
            "boundary",
            "A frame succeeds if and only if its gas covers the sum of its prices",
            random_amounts, 10, 0.005,
        ),
        Proof(
            "forms",
            "Every form of charging gives the same outcome at any gas",
            forms_agree, 16, 0.01,
        ),
        Proof(
            "repeatable",
            "The output is byte-identical across processes and hash seeds",
            output_is_repeatable, 1, 0.0005,
        ),
        Proof(
            "stack",
            "Recursion ends with our limit at one depth, never with the engine's",
            recursion_is_limited, 6, 0.002,
        ),
        Proof(
            "paid",
            "Every cycle of the output holds a charge, nothing visible comes before the first",
            output_is_paid, 90, 0.1,
        ),
        Proof(
            "eei-sequence",
            "The interface in the module does what the host's does: contracts that call each other",
            sequences_agree, 200, 0.3,
        ),
        Proof(
            "eei-smith",
            "The interface in the module does what the host's does: contracts of `smith`",
            contracts_of_smith_agree, 80, 0.1,
        ),
        Proof(
            "eei-writing",
            "The interface in the module does what the host's does: contracts of `smith` that write",
            writing_contracts_of_smith_agree, 60, 0.1,
        ),
    )
}  # fmt: skip
