"""The asyncio door: futures, the reactor of a loop, the handles."""
