"""What a results file says about where and with what it was measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.stopwatch import form
from evm_wasm.engine.config import engine_version
from injector import VERSION, load_schedule


def facts(node_version: str | None) -> dict[str, str]:
    """Date, machine and versions, in the order of the report."""
    schedule = load_schedule("particles")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "load": ", ".join(f"{load:.2f}" for load in os.getloadavg()) + " (1, 5 and 15 minutes)",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "engine": engine_version(),
        "Node": node_version or "not used",
        "injector": f"{form()}, rules {VERSION}, schedule {schedule.name} {schedule.hash[:16]}",
    }


def _processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
