"""The generation API on your own machine: the real wire protocol, painted images, no bill.

It is an independent reading of the API's documentation and shares no code with the bot.
"""

from sandbox.api.jobs import Job
from sandbox.api.server import GenerationServer

__all__ = ["GenerationServer", "Job"]
