"""The API: what clients may ask over HTTP, and what they are told."""
