"""The porting page: what it names is there, and what is not there is explained."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twinet import wininet

PAGE = Path(__file__).resolve().parents[2] / "docs" / "porting" / "wininet.rst"
#: The errors for which InternetErrorDlg has a dialog, by Microsoft's page of it.
DIALOGS = """
ERROR_HTTP_REDIRECT_NEEDS_CONFIRMATION ERROR_INTERNET_BAD_AUTO_PROXY_SCRIPT
ERROR_INTERNET_CHG_POST_IS_NON_SECURE ERROR_INTERNET_CLIENT_AUTH_CERT_NEEDED
ERROR_INTERNET_HTTP_TO_HTTPS_ON_REDIR ERROR_INTERNET_HTTPS_TO_HTTP_ON_REDIR
ERROR_INTERNET_HTTPS_HTTP_SUBMIT_REDIR ERROR_INTERNET_INCORRECT_PASSWORD
ERROR_INTERNET_INVALID_CA ERROR_INTERNET_MIXED_SECURITY
ERROR_INTERNET_POST_IS_NON_SECURE ERROR_INTERNET_SEC_CERT_CN_INVALID
ERROR_INTERNET_SEC_CERT_DATE_INVALID ERROR_INTERNET_SEC_CERT_ERRORS
ERROR_INTERNET_SEC_CERT_REV_FAILED ERROR_INTERNET_UNABLE_TO_DOWNLOAD_SCRIPT
"""


class PortingPage(SynchronousTestCase):
    """It is held against the door itself."""

    def setUp(self) -> None:
        self.text = PAGE.read_text(encoding="utf-8")

    def test_constants_on_the_page_are_there(self) -> None:
        """Whoever copies one can use it."""
        names = set(
            re.findall(r"\b(?:ERROR|INTERNET|SECURITY|PROXY)_[A-Z_]+\b", self.text)
        )
        self.assertGreater(len(names), 30)
        structures = {"INTERNET_PROXY_INFO"}
        for name in names - structures:
            self.assertTrue(hasattr(wininet, name), name)

    def test_the_dialog_is_absent_and_replaced(self) -> None:
        """Its reason, and for each of its errors what to do instead."""
        self.assertFalse(hasattr(wininet, "InternetErrorDlg"))
        section = self.text.partition("What a dialog would have asked")[2]
        section = section.partition("Where it behaves differently")[0]
        self.assertIn("There is no ``InternetErrorDlg``", section)
        for name in DIALOGS.split():
            self.assertIn(f"``{name}``", section)
