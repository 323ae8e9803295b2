"""The agent: this library under treq, or under anything that speaks ``IAgent``.

What it fails with is both of our tree and of Twisted's: programs written for
``twisted.web.client.Agent`` go on catching what they caught.
"""

from __future__ import annotations

from twinet._handles.agent import Agent
from twinet._handles.agent_errors import (
    AgentCannotConnect,
    AgentConnectionAborted,
    AgentConnectionReset,
    AgentInvalidServerResponse,
    AgentNameNotResolved,
    AgentTimeout,
    AgentTruncated,
)
from twinet._handles.agent_response import AgentResponse

__all__ = [
    "Agent",
    "AgentCannotConnect",
    "AgentConnectionAborted",
    "AgentConnectionReset",
    "AgentInvalidServerResponse",
    "AgentNameNotResolved",
    "AgentResponse",
    "AgentTimeout",
    "AgentTruncated",
]
