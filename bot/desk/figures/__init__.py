"""Summaries: counted, written as pages and spreadsheets, told each morning."""
