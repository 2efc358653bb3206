"""Other bodies: reports forwarded to them by e-mail and Open311, and what their systems say and send."""
