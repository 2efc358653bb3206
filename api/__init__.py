"""The web side: webhooks, the chat page, health and metrics."""
