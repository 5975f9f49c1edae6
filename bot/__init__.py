"""remixbot: remix images from a Discord channel."""

__version__ = "0.1.0"
