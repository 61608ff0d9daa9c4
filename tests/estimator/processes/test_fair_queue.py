from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from estimator.processes.fair_queue import Bounds, FairQueue

WIDE = Bounds(items_of_one=1_000, items=10_000, bytes_of_one=10**9, bytes=10**9)


def all_of(queue: FairQueue[str]) -> list[str]:
    return [queue.take() for _each in range(len(queue))]


def test_who_comes_after_three_hundred_of_another_network_is_next_but_one() -> None:
    queue: FairQueue[str] = FairQueue(WIDE)
    for number in range(300):
        assert queue.put("flood", f"flood {number}", 1) == []
    assert queue.take() == "flood 0"
    queue.put("visitor", "visitor", 1)
    assert [queue.take(), queue.take(), queue.take()] == ["flood 1", "visitor", "flood 2"]


def test_those_of_one_network_keep_their_order() -> None:
    queue: FairQueue[str] = FairQueue(WIDE)
    for name in ("a1", "a2", "a3", "b1", "c1", "c2"):
        queue.put(name[0], name, 1)
    assert all_of(queue) == ["a1", "b1", "c1", "a2", "c2", "a3"]
    assert len(queue) == 0


def test_one_network_holds_so_many_and_no_more_and_the_newest_is_refused() -> None:
    queue: FairQueue[str] = FairQueue(Bounds(items_of_one=2, items=10, bytes_of_one=100, bytes=100))
    assert [queue.put("a", name, 1) for name in ("a1", "a2", "a3")] == [[], [], ["a3"]]
    assert queue.put("b", "b1", 1) == []
    assert all_of(queue) == ["a1", "b1", "a2"]
    assert queue.put("a", "a4", 1) == []


def test_one_network_holds_so_many_bytes_and_no_more() -> None:
    queue: FairQueue[str] = FairQueue(Bounds(items_of_one=9, items=10, bytes_of_one=100, bytes=1_000))
    assert [queue.put("a", name, 60) for name in ("a1", "a2")] == [[], ["a2"]]
    assert queue.put("a", "a3", 40) == []
    assert queue.put("b", "too large by itself", 101) == ["too large by itself"]
    assert all_of(queue) == ["a1", "a3"]


def test_when_there_is_no_room_for_anybody_the_network_that_holds_most_gives_way() -> None:
    queue: FairQueue[str] = FairQueue(Bounds(items_of_one=3, items=4, bytes_of_one=100, bytes=120))
    for name in ("a1", "a2", "a3", "b1"):
        assert queue.put(name[0], name, 1) == []
    assert queue.put("c", "c1", 1) == ["a3"]
    assert queue.put("d", "d1", 99) == ["a2"]
    queue.take()
    assert queue.put("e", "e1", 30) == ["d1"]  # the bytes of all are too many, and it holds most of them
    assert all_of(queue) == ["b1", "c1", "e1"]


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 50)), max_size=80),
    st.integers(1, 6),
    st.integers(1, 12),
)
def test_nobody_is_lost_and_nobody_waits_for_more_than_one_turn_of_each_other(
    sent: list[tuple[str, int]], of_one: int, most: int
) -> None:
    bounds = Bounds(items_of_one=of_one, items=most, bytes_of_one=90, bytes=200)
    queue: FairQueue[tuple[str, int]] = FairQueue(bounds)
    refused = []
    for number, (network, size) in enumerate(sent):
        refused += queue.put(network, (network, number), size)
        assert len(queue) <= most
    taken = [queue.take() for _each in range(len(queue))]
    assert sorted(number for _network, number in [*taken, *refused]) == list(range(len(sent)))
    waiting = Counter(network for network, _number in taken)
    assert all(count <= of_one for count in waiting.values())
    for network in waiting:
        numbers = [number for each, number in taken if each == network]
        assert numbers == sorted(numbers)
        # While one waits, every other network has one turn at most between two of its own.
        places = [-1, *(place for place, (each, _number) in enumerate(taken) if each == network)]
        for earlier, later in pairwise(places):
            between = Counter(each for each, _number in taken[earlier + 1 : later])
            assert all(count == 1 for count in between.values())
