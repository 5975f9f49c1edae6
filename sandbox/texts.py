"""What people read in the sandbox: in the page, and in the terminal."""

SERVER = "Remix studio"
CHANNEL = "studio"
BOT = "remixbot"
GUIDE = "Welcome"
PEOPLE = ("Ann", "Ben")

TOPIC = "All of it happens on your own machine: images are painted, nothing is charged."

FIRST_PROMPT = "a boat on the sea at sunset"

WELCOME = """\
**Try a chain.** Press **Remix 3** under the images, change the prompt, choose Strong or Subtle, \
and press **Submit**. The bar moves by itself; once the new images are there, remix one of those.
**Start anew.** Type `/imagine`, press Enter twice, write what you would like to see, press Enter.
-# *Viewing as*, at the top, makes you the other person."""


def opened(url: str) -> str:
    """What the terminal says when the page is ready."""
    return f"The sandbox is open: {url}\nCtrl-C ends it."


def cannot_open(reason: str) -> str:
    return f"The sandbox cannot open its page: {reason}."
