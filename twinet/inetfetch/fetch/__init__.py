"""Fetching: jobs become files, and nothing is lost on the way."""
