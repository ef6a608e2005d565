"""Reader: many texts at a time, each with the answer that it has alone; nobody waits behind a long request."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.detectors.scanner import standard
from veil.errors import LimitError
from veil.service.reader import Reader

SCANNER = standard(["patterns", "dates"])
TEXTS = st.lists(
    st.sampled_from(["SSN 123-45-6789", "", "no", "03/04/2019 and call 617-555-1212", "MRN 1234567 " * 30]), max_size=9
)


@pytest.fixture(scope="module")
def reader():
    made = Reader(lambda: SCANNER)
    made.start()
    return made


@given(st.lists(st.tuples(TEXTS, st.sampled_from([0.0, 0.5, 0.92, 1.0])), max_size=8))
@settings(deadline=None, max_examples=40)
def test_requests_beside_each_other_have_the_answers_that_they_have_alone(reader, requests):
    async def all_at_once():
        return await asyncio.gather(*(reader.find(texts, least) for texts, least in requests))

    alone = [[SCANNER.find([text], least=[least])[0] for text in texts] for texts, least in requests]
    assert asyncio.run(all_at_once()) == alone


class Bad:
    """Stands where a scanner stands, and cannot read one text."""

    def __init__(self):
        self.read = []

    def find(self, texts, owners=None, least=None):
        self.read.append(list(texts))
        if "too much" in texts:
            raise LimitError("text-windows", "too long")
        return [[] for _ in texts]


def test_a_text_that_asks_for_too_much_costs_only_itself():
    async def both():
        made = Reader(Bad)
        made.start()
        return await asyncio.gather(made.find(["too much"]), made.find(["fine", "also"]), return_exceptions=True)

    bad, good = asyncio.run(both())
    assert isinstance(bad, LimitError)
    assert good == [[], []]


def test_a_short_request_does_not_wait_for_a_long_one_that_came_before():
    scanner = Bad()

    async def both():
        made = Reader(lambda: scanner)
        long = asyncio.ensure_future(made.find([f"{i} " + "x" * 60_000 for i in range(50)]))
        await asyncio.sleep(0)
        short = asyncio.ensure_future(made.find(["short"]))
        await asyncio.sleep(0)
        made.start()
        await asyncio.gather(long, short)

    asyncio.run(both())
    batches = [texts for texts in scanner.read if not texts[0].startswith("Seen by")]
    assert next(i for i, texts in enumerate(batches) if "short" in texts) < 3


def test_what_nobody_waits_for_any_more_is_not_read():
    scanner = Bad()

    async def left():
        made = Reader(lambda: scanner)
        gone = asyncio.ensure_future(made.find(["gone"]))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        made.start()
        await made.find(["kept"])

    asyncio.run(left())
    assert not any("gone" in texts for texts in scanner.read)


class Panic(BaseException):
    """What compiled libraries raise; it is no Exception."""


@pytest.mark.parametrize("kind", [OSError, Panic])
def test_where_the_model_cannot_be_loaded_requests_are_answered_and_nobody_takes_it_for_ready(kind, caplog):
    def failing():
        raise kind("/srv/zebulonia/model")

    async def ask():
        made = Reader(failing)
        made.start()
        with pytest.raises(RuntimeError) as told:
            await asyncio.wait_for(made.find(["x"]), 10)
        return made, told

    with caplog.at_level("INFO", logger="veil"):
        made, told = asyncio.run(ask())
    assert str(told.value) == kind.__name__
    assert not made.ready.is_set()
    assert f"failed kind={kind.__name__}" in caplog.text
    assert "zebulonia" not in caplog.text


def test_a_model_that_is_there_at_last_is_used():
    tried = []

    def late():
        tried.append(True)
        if len(tried) < 3:
            raise MemoryError
        return Bad()

    async def ask():
        made = Reader(late)
        made.start()
        with pytest.raises(LimitError):
            await asyncio.wait_for(made.find(["x"]), 10)
        return made, await asyncio.wait_for(made.find(["x"]), 10)

    made, answer = asyncio.run(ask())
    assert answer == [[]]
    assert made.ready.is_set()


def test_a_library_that_panics_at_one_text_does_not_end_the_reading():
    class Panicking(Bad):
        def find(self, texts, owners=None, least=None):
            if "bad" in texts:
                raise Panic
            return super().find(texts, owners, least)

    async def ask():
        made = Reader(Panicking)
        made.start()
        with pytest.raises(RuntimeError, match="Panic"):
            await asyncio.wait_for(made.find(["bad"]), 10)
        return await asyncio.wait_for(made.find(["good"]), 10)

    assert asyncio.run(ask()) == [[]]
