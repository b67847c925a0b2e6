"""The command line: parse, call, print, exit code."""

from bikefit.cli.main import main

__all__ = ["main"]
