"""Channels: each a folder with one class that fulfils `Channel`. See docs/add-a-channel.md."""
