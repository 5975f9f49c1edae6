"""Readers of command-line values that the sandbox's programs share."""

import argparse
from math import inf


def port(text: str) -> int:
    """A TCP port; 0 stands for a free one."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return number


def speed(text: str) -> float:
    """A factor by which jobs are quicker than usual."""
    factor = float(text)
    if not 0 < factor < inf:
        raise argparse.ArgumentTypeError("the speed is a number above 0")
    return factor
