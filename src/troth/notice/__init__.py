"""Clauses 1, 4, 10, 11 and 12: what visitors are told and asked. Start reading at `banner.py`, then `script.py`."""
