"""Images that the bot draws, and masks that it reads from files."""
