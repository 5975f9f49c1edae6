"""A Discord-compatible server over real sockets, and people who use it.

It outlives the bot's process, serves many people at once and is as strict as Discord where bots
break. `server` opens it, `people` is how a test acts, `process` runs the bot against it.
"""
