"""The intake: what a client sends becomes jobs, or a clear refusal."""

from __future__ import annotations

import json
from typing import Any

from twinet.inetfetch.api.problem import Problem
from twinet.inetfetch.fetch.names import BadPath, check_path
from twinet.inetfetch.queue.job import Asked
from twinet.inetfetch.weburl import BadUrl, check_url, host_of

#: The members that a job's object may have.
_MEMBERS = frozenset({"url", "out", "priority"})
_PRIORITIES = range(-100, 101)


def parse_json(body: bytes) -> Any:
    """Return what the body holds.

    :raises Problem: 400, it is no JSON text.
    """
    try:
        return json.loads(body)
    except RecursionError:
        raise Problem(400, "the body is nested too deeply") from None
    except ValueError as reason:
        raise Problem(400, f"the body is not JSON: {reason}") from None


def parse_jobs(data: Any, root: str) -> list[Asked]:
    """Return the jobs that one object or a list of them asks for.

    :param root: the folder below which their files will be.
    :raises Problem: 400; of a list nothing is taken if one is wrong, and ``index``
        says which.
    """
    if isinstance(data, dict):
        return [_parse_job(data, root)]
    if not isinstance(data, list):
        raise Problem(400, 'send an object such as {"url": "https://..."}, or a list')
    if not data:
        raise Problem(400, "the list is empty")
    asked = []
    for index, each in enumerate(data):
        try:
            asked.append(_parse_job(each, root))
        except Problem as problem:
            raise Problem(
                problem.status,
                f"item {index} of the list: {problem.detail}; nothing was added",
                index=index,
            ) from None
    return asked


def _parse_job(data: Any, root: str) -> Asked:
    if not isinstance(data, dict):
        raise Problem(400, 'a job is an object such as {"url": "https://..."}')
    unknown = sorted(set(data) - _MEMBERS)
    if unknown:
        hint = ""
        if "dir" in unknown:
            hint = "; the folder is the daemon's, 'out' may name a folder below it"
        raise Problem(
            400,
            f"a job has no member {unknown[0]!r}, only "
            f"{', '.join(sorted(_MEMBERS))}{hint}",
        )
    url, out = data.get("url"), data.get("out")
    priority = data.get("priority", 0)
    if not isinstance(url, str):
        raise Problem(400, "a job needs a 'url', which is a string")
    if out is not None and not isinstance(out, str):
        raise Problem(400, "'out' must be a string: the file's path")
    # True and False are integers to Python.
    if type(priority) is not int or priority not in _PRIORITIES:
        raise Problem(400, "'priority' must be a whole number from -100 to 100")
    try:
        url = check_url(url)
        out = None if out is None else check_path(out)
    except BadUrl as reason:
        raise Problem(400, str(reason)) from None
    except BadPath as reason:
        raise Problem(400, f"'out': {reason}") from None
    return Asked(
        uris=(url,), host=host_of(url), out_root=root, out_path=out, priority=priority
    )
