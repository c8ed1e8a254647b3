"""Clause 2: what is collected on a visit, and everything that is dropped on the way.

Start reading at `pipeline.py`: the list STEPS is the clause, step by step.
"""
