"""The register on SQLAlchemy Core (SQLite now, PostgreSQL next) and the identity store on SQLite of its own.

Start reading at `register.py`; `group_commit.py` is how one commit serves everybody who waits.
"""
