"""The tree of handles: birth, contexts, callbacks, the close cascade, cancelling."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError
from twisted.trial.unittest import SynchronousTestCase

from tests.handles.scripted import Branch, Leaf, Root, grow
from twinet.errors import (
    IncorrectHandleState,
    InvalidHandle,
    OperationCancelled,
    RequestPending,
)
from twinet.records import Limits
from twinet.status import SELF, Status


class TreeCase(SynchronousTestCase):
    """A root with a listener that writes down what it hears."""

    def setUp(self) -> None:
        self.told: list[tuple[str, object, object]] = []
        self.react: Any = lambda news: None
        self.root = Root(context=None)
        self.root.set_status_callback(self.listen)

    def listen(self, news) -> None:
        self.told.append((news.status.name, news.context, news.info))
        self.react(news)

    def names(self) -> list[tuple[str, object]]:
        return [(name, context) for name, context, _ in self.told]


class BirthTests(TreeCase):
    """What a child gets from its parent at the moment it is made."""

    def test_handle_created_names_the_parent_and_carries_the_childs_context(
        self,
    ) -> None:
        """The payload is the new handle."""
        heard: list[Any] = []
        self.root.set_status_callback(heard.append)
        branch = grow(self.root, Branch, context=2)
        (news,) = heard
        self.assertIs(news.handle, self.root)
        self.assertEqual((news.status, news.context), (Status.HANDLE_CREATED, 2))
        self.assertIs(news.info, branch)

    def test_context_is_not_inherited_and_defaults_to_the_handle(self) -> None:
        """A child's context is its own."""
        branch = grow(self.root, Branch, context=2)
        leaf = grow(branch, Leaf)
        self.assertIs(leaf.context, leaf)

    def test_callback_is_copied_when_the_child_is_made(self) -> None:
        """Changing the parent's callback later does not change the child."""
        branch = grow(self.root, Branch, context=2)
        later: list[Any] = []
        self.root.set_status_callback(later.append)
        branch.close()
        self.assertEqual(self.names()[-1], ("HANDLE_CLOSING", 2))
        self.assertEqual(later, [])

    def test_on_status_is_for_one_handle_alone(self) -> None:
        """Children of that handle copy what their ancestors have."""
        own: list[Any] = []
        branch = grow(self.root, Branch, context=2, on_status=own.append)
        self.assertEqual(self.told, [])
        self.assertEqual([n.status for n in own], [Status.HANDLE_CREATED])
        grow(branch, Leaf, context=3)
        self.assertEqual(self.names(), [("HANDLE_CREATED", 3)])

    def test_set_status_callback_returns_the_previous_one(self) -> None:
        """InternetSetStatusCallback does."""
        other = lambda news: None  # noqa: E731  a name is all it needs
        self.assertEqual(self.root.set_status_callback(other), self.listen)
        self.assertIs(self.root.set_status_callback(None), other)
        self.assertIsNone(self.root.set_status_callback(None))

    def test_context_none_makes_silent_but_zero_does_not(self) -> None:
        """None is the one value that silences."""
        grow(self.root, Branch, context=None)
        grow(self.root, Branch, context=0)
        self.assertEqual(self.names(), [("HANDLE_CREATED", 0)])

    def test_limits_are_copied_from_the_parent_or_given(self) -> None:
        """An option set on a handle acts on what is derived from it later."""
        self.root.limits = Limits(idle=5)
        branch = grow(self.root, Branch)
        self.root.limits = Limits(idle=6)
        self.assertEqual(branch.limits.idle, 5)
        self.assertEqual(grow(branch, Leaf, limits=Limits(idle=7)).limits.idle, 7)

    def test_self_is_not_a_reference_cycle(self) -> None:
        """The sentinel is resolved when it is read."""
        leaf = grow(self.root, Leaf)
        self.assertIs(leaf._voice._context, SELF)


class CloseTests(TreeCase):
    """Closing kills the subtree in the same tick."""

    def grown(self) -> tuple[Branch, Leaf, Leaf]:
        branch = grow(self.root, Branch, context=2)
        first = grow(branch, Leaf, context=3)
        second = grow(branch, Leaf, context=4)
        self.told.clear()
        return branch, first, second

    def test_close_says_closing_once_and_last(self) -> None:
        """HANDLE_CLOSING carries the handle."""
        _, leaf, _ = self.grown()
        self.assertIsNone(self.successResultOf(leaf.close()))
        self.assertEqual(self.told, [("HANDLE_CLOSING", 3, leaf)])

    def test_closing_the_parent_kills_the_children_leaf_first(self) -> None:
        """Calls on them fail with 6; leaves leave before their parent."""
        branch, first, second = self.grown()
        self.successResultOf(branch.close())
        self.assertEqual([c for _, c in self.names()][-1], 2)
        self.assertEqual({c for _, c in self.names()[:-1]}, {3, 4})
        for leaf in (first, second):
            self.assertFalse(leaf.alive)
            self.assertEqual(
                self.failureResultOf(leaf.read(1), InvalidHandle).value.code, 6
            )

    def test_closing_twice_does_no_harm_and_says_nothing_more(self) -> None:
        """The second close fires at once."""
        _, leaf, _ = self.grown()
        leaf.close()
        self.successResultOf(leaf.close())
        self.assertEqual(len(self.told), 1)

    def test_root_without_context_closes_silently(self) -> None:
        """As the root of WinINet does."""
        self.successResultOf(self.root.close())
        self.assertEqual(self.told, [])

    def test_pending_call_ends_with_12017_before_closing(self) -> None:
        """REQUEST_COMPLETE comes exactly once, then its Deferred, then the end."""
        _, leaf, _ = self.grown()
        order: list[Any] = []
        pending = leaf.open()
        pending.addErrback(lambda f: order.append(f.value))
        self.react = lambda news: order.append(news.status.name)
        leaf.close()
        self.assertEqual(order[0], "REQUEST_COMPLETE")
        self.assertIsInstance(order[1], OperationCancelled)
        self.assertEqual(order[1].code, 12017)
        self.assertEqual(order[2], "HANDLE_CLOSING")
        self.assertEqual(len(order), 3)
        self.assertEqual(leaf.source.calls, ["cancel"])

    def test_closing_the_root_ends_every_pending_call(self) -> None:
        """Each with its own context, leaf before parent."""
        branch, first, second = self.grown()
        pending = [first.open(), second.open()]
        self.told.clear()
        self.successResultOf(self.root.close())
        for deferred in pending:
            self.failureResultOf(deferred, OperationCancelled)
        self.assertFalse(branch.alive)
        self.assertEqual(self.names().count(("REQUEST_COMPLETE", 3)), 1)
        self.assertEqual(self.names().count(("REQUEST_COMPLETE", 4)), 1)
        self.assertEqual(self.names()[-1], ("HANDLE_CLOSING", 2))

    def test_close_waits_for_what_is_being_released(self) -> None:
        """The Deferred fires when nothing is left."""
        self.root.released = False
        closed = self.root.close()
        self.assertNoResult(closed)
        self.root.released = True
        self.root._leave_when_ready()
        self.successResultOf(closed)

    def test_closed_inside_handle_created_is_dead_and_nothing_was_done(self) -> None:
        """The call that makes a handle gives a dead one."""
        self.react = lambda news: (
            news.info.close() if news.status is Status.HANDLE_CREATED else None
        )
        leaf = grow(self.root, Leaf, context=3)
        self.assertFalse(leaf.alive)
        self.assertEqual(self.names(), [("HANDLE_CREATED", 3), ("HANDLE_CLOSING", 3)])
        self.assertRaises(InvalidHandle, leaf.open)

    def test_parent_closed_inside_a_childs_callback_leaves_after_the_child(
        self,
    ) -> None:
        """The child's last words are queued: the parent's must wait for them."""
        branch, leaf, other = self.grown()
        other.close()
        self.told.clear()
        alive_inside: list[Any] = []

        def react(news) -> None:
            if news.status is Status.SENDING_REQUEST:
                branch.close()
                alive_inside.append(leaf.alive)

        self.react = react
        self.failureResultOf(leaf.open(), OperationCancelled)
        self.assertEqual(alive_inside, [False])
        self.assertEqual(
            self.names(),
            [
                ("SENDING_REQUEST", 3),
                ("REQUEST_COMPLETE", 3),
                ("HANDLE_CLOSING", 3),
                ("HANDLE_CLOSING", 2),
            ],
        )

    def test_close_inside_request_complete_changes_nothing_about_the_outcome(
        self,
    ) -> None:
        """The Deferred fires with a dead handle."""
        _, leaf, _ = self.grown()
        pending = leaf.open()
        self.react = lambda news: (
            leaf.close() if news.status is Status.REQUEST_COMPLETE else None
        )
        leaf.opened()
        self.assertIs(self.successResultOf(pending), leaf)
        self.assertFalse(leaf.alive)
        self.assertEqual(
            [n for n, _ in self.names()],
            ["SENDING_REQUEST", "REQUEST_COMPLETE", "HANDLE_CLOSING"],
        )

    def test_close_inside_handle_closing_does_no_harm(self) -> None:
        """It is dead already."""
        branch, leaf, _ = self.grown()
        self.react = lambda news: leaf.close()
        self.successResultOf(branch.close())
        self.assertEqual(self.names().count(("HANDLE_CLOSING", 3)), 1)

    def test_callback_removed_before_closing_hears_nothing(self) -> None:
        """Everything is suppressed, HANDLE_CLOSING too."""
        _, leaf, _ = self.grown()
        leaf.set_status_callback(None)
        leaf.close()
        self.assertEqual(self.told, [])

    def test_set_status_callback_on_a_dead_handle_fails_with_6(self) -> None:
        """As every call does."""
        _, leaf, _ = self.grown()
        leaf.close()
        self.assertRaises(InvalidHandle, leaf.set_status_callback, None)

    def test_async_with_closes(self) -> None:
        """Leaving the block waits for the end."""
        leaf = grow(self.root, Leaf, context=3)

        async def use() -> None:
            async with leaf as same:
                self.assertIs(same, leaf)

        coroutine = use()
        self.assertRaises(StopIteration, coroutine.send, None)
        self.assertFalse(leaf.alive)

    def test_tree_forgets_closed_handles(self) -> None:
        """A session of a million requests does not grow."""
        for _ in range(100):
            grow(self.root, Leaf, context=3).close()
        self.assertFalse(self.root._children)


class CancelTests(TreeCase):
    """``Deferred.cancel`` means close."""

    def test_cancel_closes_the_handle_and_fails_with_12017(self) -> None:
        """The error is Twisted's CancelledError as well."""
        leaf = grow(self.root, Leaf, context=3)
        pending = leaf.open()
        self.told.clear()
        pending.cancel()
        failure = self.failureResultOf(pending, OperationCancelled)
        self.assertTrue(failure.check(CancelledError))
        self.assertEqual(
            [n for n, _ in self.names()], ["REQUEST_COMPLETE", "HANDLE_CLOSING"]
        )
        self.assertEqual(leaf.source.calls, ["cancel"])

    def test_cancel_inside_a_callback_ends_before_it_returns(self) -> None:
        """Twisted asks that; the news comes when the callback has returned."""
        leaf = grow(self.root, Leaf, context=3)
        pending = leaf.open()
        self.told.clear()
        seen: list[Any] = []

        def react(news) -> None:
            if news.status is Status.RESOLVING_NAME:
                pending.cancel()
                seen.append(pending.called)

        self.react = react
        from twinet.status import ResolvingName  # noqa: PLC0415  used here alone

        leaf._voice.emit(ResolvingName, "h")
        self.assertEqual(seen, [True])
        self.failureResultOf(pending, OperationCancelled)
        self.assertEqual(
            [n for n, _ in self.names()],
            ["RESOLVING_NAME", "REQUEST_COMPLETE", "HANDLE_CLOSING"],
        )

    def test_second_call_while_one_is_pending_fails_with_12026(self) -> None:
        """One operation on a handle at a time."""
        leaf = grow(self.root, Leaf, context=3)
        pending = leaf.open()
        self.failureResultOf(leaf.read(1), RequestPending)
        leaf.opened()
        self.successResultOf(pending)

    def test_request_without_answer_cannot_be_read(self) -> None:
        """12019: the handle is not in that state yet."""
        from twinet._handles.http_request import HttpRequest  # noqa: PLC0415
        from twinet.urls import crack_http  # noqa: PLC0415

        request = grow(
            self.root,
            lambda parent: HttpRequest(parent, "GET", crack_http("http://h/")),
        )
        self.failureResultOf(request.read(1), IncorrectHandleState)
        self.assertRaises(IncorrectHandleState, lambda: request.response)
