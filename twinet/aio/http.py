"""The handles of HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._handles.http_connection import HttpConnection as _HttpConnection
from twinet._handles.http_request import HttpRequest as _HttpRequest
from twinet._mirrors.members import Sets, Shows, asks
from twinet.aio.handle import Handle
from twinet.aio.resource import Resource
from twinet.aio.way import itself, makes, waits

if TYPE_CHECKING:
    from twinet._handles.request_fields import RequestFields
    from twinet._net.client_certificate import ClientCertificate
    from twinet.flags import RequestFlag, SecurityFlag
    from twinet.records import Response
    from twinet.tls import TlsInfo

__all__ = ["HttpConnection", "HttpRequest"]


class HttpRequest(Resource, of=_HttpRequest):
    """As ``twinet.HttpRequest``, for asyncio's tasks."""

    __slots__ = ()

    url: Shows[str] = Shows(_HttpRequest.url)
    verb: Shows[str] = Shows(_HttpRequest.verb)
    headers: Shows[RequestFields] = Shows(_HttpRequest.headers)
    response: Shows[Response] = Shows(_HttpRequest.response)
    latest_response: Shows[Response | None] = Shows(_HttpRequest.latest_response)
    request_flags: Shows[RequestFlag] = Shows(_HttpRequest.request_flags)
    tls: Shows[TlsInfo | None] = Shows(_HttpRequest.tls)
    security_flags: Sets[SecurityFlag] = Sets(_HttpRequest.security_flags)
    client_certificate: Sets[ClientCertificate | None] = Sets(
        _HttpRequest.client_certificate
    )
    query_info = asks(_HttpRequest.query_info)
    send = itself(_HttpRequest.send)
    start = itself(_HttpRequest.start)
    write = waits(_HttpRequest.write)
    finish = itself(_HttpRequest.finish)


class HttpConnection(Handle, of=_HttpConnection):
    """As ``twinet.HttpConnection``, for asyncio's tasks."""

    __slots__ = ()

    host: Shows[str] = Shows(_HttpConnection.host)
    port: Shows[int] = Shows(_HttpConnection.port)
    tls: Shows[bool] = Shows(_HttpConnection.tls)
    open_request = makes(_HttpConnection.open_request, HttpRequest)
