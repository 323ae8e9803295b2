"""A fetch daemon on the public API of :mod:`twinet`: ``twistd inetfetch``."""
