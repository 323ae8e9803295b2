"""The command line: ``inetfetch`` and its commands."""
