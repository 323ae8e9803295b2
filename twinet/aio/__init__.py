"""The handles with futures, for asyncio: what a call promises, and on which loop."""
