"""Vietnamese understanding: a plain library, the Rasa components around it, and a runtime that opens Rasa's archive."""
