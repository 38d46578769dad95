"""What is learned about a module before anything is written: what it holds, why it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from injector.contract import check_contract
from injector.decode import Decoder
from injector.encode import METERING_SECTION
from injector.errors import Finding, Findings, Invalid
from injector.layout import GAS_EXPORT
from injector.limits import Limits
from injector.module import CUSTOM, Module
from injector.names import Names, read_names
from injector.plan import FunctionPlan
from injector.policy import Policy
from injector.schedule import Schedule
from injector.validate import Validator


@dataclass(frozen=True, slots=True)
class Analysis:
    """A module with what validation learned about it.

    Attributes:
        module: The decoded module.
        plans: One plan for each function body.
        names: Its well-formed name section, or None.
        findings: Why it is refused; empty if accepted.
    """

    module: Module
    plans: list[FunctionPlan]
    names: Names | None
    findings: tuple[Finding, ...]


def analyse(wasm: bytes, policy: Policy, schedule: Schedule, limits: Limits) -> Analysis:
    """Decode and validate a module; whatever is wrong with it is found and nothing raised.

    Args:
        wasm: The bytes of the module; anything goes.
        policy: What to accept.
        schedule: The prices that the plans of its functions add up.
        limits: Limits on its shape.
    """
    findings = Findings()
    decoder = Decoder(wasm, policy, limits, findings)
    plans: list[FunctionPlan] = []
    try:
        decoder.decode()
    except Invalid as error:
        findings.add_invalid(error, 0)
    else:
        validator = Validator(decoder.module, policy, limits, schedule, findings)
        plans = validator.validate()
        _check_names_free(decoder.module, findings)
        if policy.contract:
            check_contract(decoder.module, limits, findings)
    names = read_names(decoder.module)
    result = findings.result(names.functions if names is not None else {})
    return Analysis(decoder.module, plans, names, result)


def _check_names_free(module: Module, findings: Findings) -> None:
    """Refuse what is already instrumented or takes the name of the counter."""
    for section in module.sections:
        if section.kind == CUSTOM and section.name == METERING_SECTION:
            found = f"custom section `{METERING_SECTION}`"
            findings.add(section.start, None, found, "the module is already instrumented")
    export = module.find_export(GAS_EXPORT)
    if export is not None:
        reason = "the name is reserved for the counter of gas"
        findings.add(export.offset, None, f"export `{GAS_EXPORT}`", reason)
