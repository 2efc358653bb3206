"""Officers: accounts, passwords, sessions, and the log of what they did."""
