"""What commands and their options say of themselves: at most 100 characters each.

The names of slash commands are the same in every language, because sentences, documents and people
name them.
"""

from bot.model import PROMPT_MAX
from bot.texts.actions import ActionTexts


class CommandTexts(ActionTexts):
    remix_command = "Remix an image with a new prompt"
    imagine_command = "Create four images from a prompt"
    show_command = "Post a finished job's images again, free of charge"
    help_command = "See what this bot can do, and your limits"
    jobs_command = "List your jobs (only you can see this)"
    favorites_command = "List the results you've kept (only you can see this)"
    usage_command = "See what you've used and what's left (only you can see this)"
    settings_command = "See and change what I add to your prompts (only you can see this)"
    mydata_command = "Get a file with everything I keep about you (only you can see this)"
    forget_command = "Erase your prompts and history (asks you to confirm)"
    remix_this = "Remix this"
    keep_this = "Keep"
    option_job_id = "Job ID, link to one of the bot's messages, or an image's link or file name"
    option_show_job_id = (
        "Job ID or task ID, link to one of the bot's messages, or an image's link or file name"
    )
    option_image = "Which of the job's images to remix"
    option_prompt = "Describe the new image; leave this out to write in a form"
    option_imagine_prompt = "Describe the images; leave this out to write in a form"
    option_mode = (
        "Strong can change everything, Subtle stays close to the original (default: Strong)"
    )
    option_prompt_file = f"A text file with your prompt, up to {PROMPT_MAX:,} characters"
    option_aspect = "Width to height: choose one, or type your own"
    option_style_from = "The style of another image: a job, a link to a message, or its address"
    option_style_image = "Which of that job's images (default: 1)"
    option_attached_image = (
        "An image to start from; its Discord link goes to the API and is public for a day"
    )
    option_image_url = "The address of an image to start from"
    option_callback = "A URL that the API calls when the job is done"
    option_search = "Words that are in the prompt, all of them"
    option_action = "Only jobs of this kind"
    option_favorites = "Only what you've kept"
    option_private = "Show the images only to you"
    image_choices = ("1 · top left", "2 · top right", "3 · bottom left", "4 · bottom right")
