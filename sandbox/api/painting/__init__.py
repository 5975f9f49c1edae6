"""Images from prompts: a scene is read from words or from a parent, then painted with Pillow."""
