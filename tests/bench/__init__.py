"""Benches: the library and its peers, in turn, on the same work.

``python -m tests.bench`` runs them all; each is a program of its own, and
``python -m tests.bench.http_small --help`` says how to run one.  Nothing here asserts
a time: the tables are for people.
"""
