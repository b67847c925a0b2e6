"""The one check of what is said of a session, whatever its recording holds."""

from __future__ import annotations

from bikefit.conventions import SIDES
from bikefit.errors import UsageError, flagged
from bikefit.model import WedgeSystem
from bikefit.sessions.session import KEYWORDS, Session


def check(session: Session, system: WedgeSystem | None = None) -> None:
    """Refuse options that make no sense, naming the option, what was expected and what came.

    The counts on the shoes are held against the wedge system where it is given.
    """
    for keyword in KEYWORDS.values():
        value = getattr(session, keyword.field)
        if keyword.option.each_help is None:
            keyword.option.check(value, keyword.flag)
        elif keyword.side is not None:
            keyword.option.check(value.of(keyword.side), keyword.flag)
    for side in SIDES:
        if system is not None and abs(session.fitted(side)) > system.cap:
            flag = flagged(f"--{side}-wedges", f"wedges {side},")
            more = flagged("; a user's own system with a higher cap can be given with --system FILE.toml")
            raise UsageError(f"{flag} {session.fitted(side)}: {system.name} is stacked up to {system.cap}{more}.")
        if session.neutral_for(side) == "static" and session.static is None and session.pose is None:
            raise UsageError(
                flagged(
                    "--neutral static needs a still trial (--static FILE) or a still stretch (--pose S-E).",
                    "Choose which recording is the still trial.",
                )
            )
    if session.pose is not None and not 0 <= session.pose[0] < session.pose[1]:
        raise UsageError("--pose: expected START-END in seconds from the first sample, such as --pose 2-6.")
    if session.lap is not None and (session.from_s is not None or session.to_s is not None):
        raise UsageError(
            flagged("--lap and --from/--to", "A lap and a section") + " exclude each other; give one of them."
        )
