"""Notifications of FTP elsewhere than on the reactor thread."""

from __future__ import annotations

from tests.ftp.memory import FtpNet, FtpTestCase
from twinet import QueueDelivery
from twinet.errors import OperationCancelled


class Queued(FtpTestCase):
    """A queue that the program empties: nobody waits for it, and the order is kept."""

    def setUp(self) -> None:
        self.queue = QueueDelivery()
        self.net = FtpNet(delivery=self.queue)

    def test_calls_do_not_wait_for_the_listener(self):
        """All is done before anything is told; then it is told in order."""
        ftp, server = self.log_in()
        self.queue.deliver()
        self.net.news.clear()
        call = ftp.delete("x")
        self.answer(server, "DELE x | 250 ok")
        self.successResultOf(call)
        self.assertEqual(self.net.told, [])
        self.queue.deliver()
        self.assertEqual(
            self.told(),
            [
                "SENDING_REQUEST",
                "REQUEST_SENT 8",
                "RECEIVING_RESPONSE",
                "RESPONSE_RECEIVED 8",
                "REQUEST_COMPLETE ok",
            ],
        )
        self.check_all_closed(server)

    def test_file_and_listener_of_its_own(self):
        """Contexts travel with what is told."""
        ftp, server = self.log_in()
        self.queue.deliver()
        self.net.news.clear()
        call = ftp.open_file("x", context=5)
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        file = self.successResultOf(call)
        file.close()
        self.queue.deliver()
        self.assertEqual({news.context for news in self.net.news}, {5})
        self.assertEqual(self.told()[-1], "HANDLE_CLOSING")
        self.check_all_closed(server, data)

    def test_closing_in_the_middle(self):
        """What has lost its sense is not told; the end is."""
        ftp, server = self.log_in()
        self.queue.deliver()
        self.net.news.clear()
        call = ftp.delete("x")
        ftp.close()
        self.failureResultOf(call, OperationCancelled)
        self.queue.deliver()
        told = self.told()
        self.assertEqual(told[-1], "HANDLE_CLOSING")
        self.assertEqual(told.count("REQUEST_COMPLETE 12017"), 1)
        self.check_all_closed(server)
