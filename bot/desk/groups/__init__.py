"""The officers' Telegram groups."""
