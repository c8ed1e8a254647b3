"""What visitors see and send: the edge beside the site, the rooms on their own origin."""
