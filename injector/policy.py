"""Which features of WebAssembly a module may use, and whether it must be a contract."""

from __future__ import annotations

from dataclasses import dataclass

from injector.errors import InjectorError

FLOATS = "floating point"
REFERENCE_TYPES = "reference types"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is accepted beyond WebAssembly 1.0 with integers, bulk memory and multi-value.

    Attributes:
        name: How messages and the command line call it.
        features: Accepted features among `FLOATS` and `REFERENCE_TYPES` (with table instructions).
        contract: Whether the Ewasm contract interface holds: imports from `ethereum` only,
            exports exactly `main` and `memory`, no start section, memory capped.
    """

    name: str
    features: frozenset[str]
    contract: bool


POLICIES = {
    policy.name: policy
    for policy in (
        Policy("ewasm", frozenset(), contract=True),
        Policy("core", frozenset({FLOATS, REFERENCE_TYPES}), contract=False),
    )
}


def find_policy(policy: str | Policy) -> Policy:
    """The policy of that name, or the policy itself.

    Raises:
        InjectorError: No policy has this name.
    """
    if isinstance(policy, Policy):
        return policy
    if policy not in POLICIES:
        raise InjectorError(f"unknown policy {policy!r}; choose one of {', '.join(POLICIES)}")
    return POLICIES[policy]
