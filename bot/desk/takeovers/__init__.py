"""A person talks instead of the bot."""
