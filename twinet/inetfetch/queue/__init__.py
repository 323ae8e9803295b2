"""The queue: jobs on the disk, and the only ways in which they change."""
