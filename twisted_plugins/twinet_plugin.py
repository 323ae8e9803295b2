"""What ``twistd`` and ``twist`` find: the fetch daemon."""

from twisted.application.service import ServiceMaker

inetfetch = ServiceMaker(
    "inetfetch",
    "twinet.inetfetch.service",
    "A fetch daemon: a queue that survives, files that are whole.",
    "inetfetch",
)
