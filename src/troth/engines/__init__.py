"""Everything that touches a driver, a disk, a socket or a browser; only `app` chooses among them."""
