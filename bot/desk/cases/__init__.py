"""What the console shows and does: the list, one report's file, what is stuck."""
