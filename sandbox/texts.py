"""What people read in the sandbox: in the page, and in the terminal."""

SERVER = "Remix studio"
CHANNEL = "studio"
BOT = "remixbot"
GUIDE = "Welcome"
PEOPLE = ("Ann", "Ben")

TOPIC = "Everything runs on your own machine: images are painted, and nothing is charged."

FIRST_PROMPT = "a boat on the sea at sunset"

WELCOME = """\
**Try a chain.** Press **✏️ 3** under the images, change the prompt, choose Strong or Subtle, and \
press **Submit**. The bar moves by itself; once the new images are there, remix one of those.
**Start something new.** Type `/imagine`, press Enter twice, describe what you'd like to see, and \
press Enter.
-# Use *Viewing as* at the top to switch to the other person."""


def opened(url: str) -> str:
    """What the terminal says when the page is ready."""
    return f"The sandbox is open: {url}\nPress Ctrl-C to stop it."


def cannot_open(reason: str) -> str:
    return f"The sandbox can't open its page: {reason}."
