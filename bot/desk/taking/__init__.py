"""Writing a report: what is asked, guessed and looked up before it is sent."""
