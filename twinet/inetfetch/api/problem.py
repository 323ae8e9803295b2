"""Problems: what the API answers when it cannot do what was asked (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class Problem(Exception):  # noqa: N818  the word of RFC 9457
    """An answer that says what was wrong and what to try.

    :param status: the HTTP status.
    :param detail: the sentence for people.
    :param headers: further header fields of the answer.
    :param members: further members of the JSON object.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.members = members

    def as_json(self) -> dict[str, Any]:
        """Return the problem's members."""
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
