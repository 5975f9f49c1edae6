"""What the options of `/imagine` put before and behind its prompt.

No cog: nothing here is loaded by name.
"""

from contextlib import suppress

import discord
from discord import app_commands

from bot.client import RemixBot
from bot.errors import ImagesMissing, JobUnknown, PreferencesInvalid, Reason, Rejected
from bot.inputs import is_reference, read_preferences
from bot.job_ids import JobId, messages_linked, read_job, read_upload
from bot.ui.policy import grant_of

ASPECTS = ("1:1", "3:2", "2:3", "16:9", "9:16", "4:5", "21:9")


async def suggest_aspects(
    _: discord.Interaction[RemixBot], typed: str
) -> list[app_commands.Choice[str]]:
    """Those that begin so, and what is typed, if that is one; all of them where nothing fits."""
    typed, own = typed.strip(), list[str]()
    with suppress(PreferencesInvalid):
        own = [typed] if typed and read_preferences({"aspect": typed}) else []
    offered = [*own, *(one for one in ASPECTS if one.startswith(typed) and one not in own)]
    return [app_commands.Choice(name=one, value=one) for one in offered or ASPECTS]


def read_aspect(typed: str | None) -> str:
    """The parameter for what is typed. Raises `PreferencesInvalid`."""
    aspect = read_preferences({"aspect": typed or ""})["aspect"]
    return f"--ar {aspect}" if aspect else ""


def read_image(image: discord.Attachment | None, address: str | None) -> str:
    """The address of an image to begin with, in front of the prompt. Raises `Rejected`."""
    addresses: list[str] = []
    if image is not None:
        if not (image.content_type or "").startswith("image/"):
            raise Rejected(Reason.NOT_AN_IMAGE)
        addresses = [image.url]
    if address is not None:
        addresses.append(address.strip().strip("<>"))
    if not all(map(is_reference, addresses)):
        raise Rejected(Reason.IMAGE_ADDRESS_INVALID)
    return " ".join(addresses)


async def read_style(
    interaction: discord.Interaction[RemixBot], style_from: str | None, image_no: int
) -> str:
    """The parameter for a style: by an address, or by a job and one of its images.

    Raises what `PreferenceService.address_of` raises.
    """
    if style_from is None:
        return ""
    given = style_from.strip().strip("<>")
    upload, is_address = read_upload(given), is_reference(given)
    if is_address and upload is None and not any(messages_linked(given)):
        return f"--sref {given}"
    job, image_no = (JobId(upload[0]), upload[1]) if upload else (read_job(given), image_no)
    caller = grant_of(interaction).caller
    try:
        address = await interaction.client.preferences.address_of(job, image_no, caller)
    except (JobUnknown, ImagesMissing):
        if not is_address or upload is None:
            raise
        address = given  # somebody else's image, whose name looks like one of ours
    return f"--sref {address}"
