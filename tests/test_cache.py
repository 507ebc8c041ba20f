"""The cache of one process keeps what is used, and no more than its limit."""

from concurrent.futures import ThreadPoolExecutor

from app.process.cache import Cache


def test_the_busiest_key_never_falls_out() -> None:
    cache: Cache[str, int] = Cache(3)
    cache.put("busy", 1)
    for number in range(100):
        cache.put(f"once {number}", number)
        assert cache.get("busy") == 1


def test_what_was_used_longest_ago_falls_out_first() -> None:
    cache: Cache[str, int] = Cache(2)
    cache.put("first", 1)
    cache.put("second", 2)
    cache.put("first", 3)
    cache.put("third", 4)
    assert [cache.get(key) for key in ("first", "second", "third")] == [3, None, 4]


def test_what_was_dropped_is_gone_and_dropping_it_again_does_nothing() -> None:
    cache: Cache[str, int] = Cache(2)
    cache.put("key", 1)
    cache.drop("key")
    cache.drop("key")
    assert cache.get("key") is None


def test_threads_at_once_never_keep_more_than_the_limit() -> None:
    cache: Cache[int, int] = Cache(10)

    def use(seed: int) -> None:
        for number in range(500):
            key = (seed * 7 + number) % 40
            cache.put(key, key)
            assert cache.get(key) in (key, None)
            cache.drop((key + 1) % 40)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    assert sum(cache.get(key) is not None for key in range(40)) <= 10
