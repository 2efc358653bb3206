"""What the bot can do, one module each. An action sees a `Turn` and gives a `Result`; it knows no channel."""
