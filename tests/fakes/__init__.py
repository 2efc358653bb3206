"""Test doubles of the outer platforms, as strict as what is known of the real ones."""
