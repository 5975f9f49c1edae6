"""A small discord.py bot that uses everything the server offers; run as a process by the tests.

`/remix` defers, edits, then uploads an image under a button that outlives the process. The button
opens a modal, whose submit is answered from its raw data.
"""

import logging
import os
import re
from io import BytesIO
from typing import Any, Self

import discord
from discord import app_commands, ui

INTENTS = discord.Intents(guilds=True)


class RemixButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"again:(?P<image>\d)\Z"):
    """Known by its custom id alone."""

    def __init__(self, image: int) -> None:
        self.image = image
        super().__init__(ui.Button(label=f"Remix {image + 1}", custom_id=f"again:{image}"))

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003  # discord.py's signature
        item: ui.Item[Any],  # noqa: ARG003  # as above
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(int(match["image"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form(self.image))


class Form(ui.Modal, title="Once more"):
    """Asks for a prompt and a mode."""

    prompt = ui.Label[Self](
        text="Prompt", component=ui.TextInput(default="a quiet sea", max_length=100)
    )
    mode = ui.Label[Self](
        text="Mode",
        component=ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Strong", value="0", default=True),
                discord.RadioGroupOption(label="Subtle", value="1"),
            ]
        ),
    )

    def __init__(self, image: int) -> None:
        super().__init__(custom_id=f"form:{image}")


class Menu(ui.Select[ui.View]):
    """Opens a form with every input that is neither text nor a radio group."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=one, value=one.lower()) for one in ("Short", "Long")]
        super().__init__(custom_id="menu", options=options)

    async def callback(self, interaction: discord.Interaction) -> None:
        form = ui.Modal(title=f"A {self.values[0]} form", custom_id="survey")
        sizes = [discord.SelectOption(label=one, default=one == "M") for one in ("S", "M", "L")]
        flags = [discord.CheckboxGroupOption(label=one) for one in ("raw", "tile", "draft")]
        for name, component in {
            "Sizes": ui.Select[ui.Modal](options=sizes, max_values=3),
            "Flags": ui.CheckboxGroup[ui.Modal](options=flags, min_values=0, required=False),
            "Ping": ui.Checkbox[ui.Modal](default=True),
            "Mask": ui.FileUpload[ui.Modal](required=False),
        }.items():
            form.add_item(ui.Label[ui.Modal](text=name, component=component))
        await interaction.response.send_modal(form)


class ExampleBot(discord.Client):
    """Syncs its commands, greets on stdout, answers forms."""

    def __init__(self) -> None:
        super().__init__(intents=INTENTS, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        commands: list[app_commands.Command[Any, ..., None]] = [
            *(remix, whisper, silence, shout, direct, once, recall, survey),
        ]
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(RemixButton)
        info = await self.application_info()
        print(f"public: {info.bot_public}", flush=True)  # noqa: T201  # what the test waits for
        await self.tree.sync()

    async def on_ready(self) -> None:
        assert self.user is not None
        face = self.user.display_avatar.url
        print(f"ready as {self.user} in {len(self.guilds)}, {face}", flush=True)  # noqa: T201  # as above

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        parts = [part["component"] for part in data["components"]]
        if data["custom_id"] == "survey":
            given = [part.get("value", part.get("values")) for part in parts]
            files = data.get("resolved", {}).get("attachments", {}).values()
            names = [file["filename"] for file in files]
            await interaction.response.send_message(f"{given[:-1]} {names}")
            return
        values = [part["value"] for part in parts]
        image = data["custom_id"].removeprefix("form:")
        await interaction.response.send_message(f"{image}: {' / '.join(values)}")


@app_commands.command()
@app_commands.choices(
    image=[app_commands.Choice(name=f"image {number + 1}", value=number) for number in range(4)]
)
async def remix(
    interaction: discord.Interaction,
    job_id: str,
    image: app_commands.Choice[int],
    prompt_file: discord.Attachment | None = None,
) -> None:
    """Defer, show progress, then deliver an image with a button."""
    await interaction.response.defer(thinking=True)
    prompt = "" if prompt_file is None else (await prompt_file.read()).decode()
    await interaction.edit_original_response(view=_layout(f"## Working on {job_id}"))
    file = discord.File(_as_file(prompt or job_id), f"{job_id}_0.png", description="Image 1")
    gallery = ui.MediaGallery[ui.LayoutView](discord.MediaGalleryItem(file))
    view = _layout(f"## Done {prompt}", gallery, ui.ActionRow[Any](RemixButton(image.value)))
    message = await interaction.edit_original_response(view=view, attachments=[file])
    mentions = discord.AllowedMentions(users=[interaction.user])
    channel = interaction.client.get_partial_messageable(message.channel.id)
    await channel.send(
        f"{interaction.user.mention} <@1> done", reference=message, allowed_mentions=mentions
    )


@app_commands.command()
async def survey(interaction: discord.Interaction) -> None:
    """A menu of choices."""
    view = ui.View(timeout=None)
    view.add_item(Menu())
    await interaction.response.send_message("Which form?", view=view)


@app_commands.command()
async def whisper(interaction: discord.Interaction) -> None:
    """Answer privately, then once more, with a file, and take that back."""
    await interaction.response.send_message("psst", ephemeral=True)
    file = discord.File(_as_file("secret"), "note.txt")
    note = await interaction.followup.send("a note", file=file, ephemeral=True, wait=True)
    await note.edit(content="the note", view=None)
    original = await interaction.original_response()
    await original.edit(content=f"{original.content}!")


@app_commands.command()
async def silence(interaction: discord.Interaction) -> None:
    """Never answer."""


@app_commands.command()
async def shout(interaction: discord.Interaction) -> None:
    """Answer, post into the channel, edit that and delete it."""
    await interaction.response.send_message("listen", file=discord.File(_as_file("x"), "x.txt"))
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    sent = await channel.send("HEY", file=discord.File(_as_file("hey"), "hey.txt"))
    fetched = await channel.fetch_message(sent.id)
    await fetched.edit(content=f"{fetched.content}! {fetched.attachments[0].filename}")
    await fetched.delete()
    await interaction.edit_original_response(content="that was loud")


@app_commands.command()
async def direct(interaction: discord.Interaction) -> None:
    """Write to the person directly, with a button."""
    await interaction.response.defer(ephemeral=True)
    person = await interaction.client.fetch_user(interaction.user.id)
    try:
        await person.send(view=_layout("between us", ui.ActionRow[Any](RemixButton(0))))
    except discord.Forbidden as refused:
        await interaction.edit_original_response(content=f"refused: {refused.code}")
    else:
        await interaction.edit_original_response(content="sent")


@app_commands.command()
async def once(interaction: discord.Interaction) -> None:
    """Post one message twice, under one nonce."""
    await interaction.response.defer()
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    sent = [await channel.send("once", nonce="the-nonce") for _ in range(2)]
    same = sent[0].id == sent[1].id
    await interaction.edit_original_response(content="the same" if same else "two")


@app_commands.command()
async def recall(interaction: discord.Interaction) -> None:
    """Tell what the channel's history holds: who asked for each message, and its buttons."""
    await interaction.response.defer(ephemeral=True)
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    after = discord.Object(channel.id)
    told = [_recalled(message) async for message in channel.history(after=after, limit=150)]
    await interaction.edit_original_response(content="\n".join(told))


def _recalled(message: discord.Message) -> str:
    asked = message.interaction_metadata
    items = ui.LayoutView.from_message(message).walk_children()
    buttons = [str(item.custom_id) for item in items if isinstance(item, ui.Button)]
    return " ".join([asked.user.name if asked else "-", message.content or "-", *buttons])


def _layout(text: str, *items: ui.Item[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(text), *items))
    return view


def _as_file(text: str) -> BytesIO:
    return BytesIO(text.encode())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    ExampleBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)
