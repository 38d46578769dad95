"""The exit codes of all commands."""

from __future__ import annotations

from typing import Final

SUCCESS: Final = 0
FAILED: Final = 1
"""A contract reverted, failed or was refused; a node refused a request or has not what was asked
for; a state test failed."""
BAD_INPUT: Final = 2
"""Bad usage or input; nothing was changed."""
MACHINE_FAILED: Final = 3
"""The machine cannot go on, or a node cannot be used; nothing was changed, unless the message says
that a transaction was sent."""
INTERRUPTED: Final = 130
"""What shells report for a program ended by Ctrl-C: 128 + SIGINT."""
BROKEN_PIPE: Final = 141
"""What shells report for a program whose reader went away: 128 + SIGPIPE."""
