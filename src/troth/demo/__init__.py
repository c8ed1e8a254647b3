"""A company that does not exist, its site and its readers, to see Troth at work."""
