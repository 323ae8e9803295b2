"""Cases for cookies, each with its source; ``test_cookie_corpus`` runs them.

They are written here from the meaning of their sources, with names and values of our
own.  Where RFC 6265bis says otherwise than an older source, its word is expected.
"""
