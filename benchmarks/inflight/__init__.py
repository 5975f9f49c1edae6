"""What thousands of jobs under way, or in line, ask of the bot at its start and afterwards."""
