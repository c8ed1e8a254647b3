"""Assembly: the one room that chooses engines (house.py), opens the doors (doors.py) and hands tools to the commands.

Import its modules one by one: the commands start in a quarter of a second because they load nothing they do not use.
"""
