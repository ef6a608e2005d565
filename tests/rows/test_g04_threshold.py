"""G4: the threshold of a request is that request's alone, under load as well."""

from concurrent.futures import ThreadPoolExecutor

TEXT = "Patient John Smith SSN 123-45-6789, seen 03/04/2019 by Wong at Lakeside"


def test_g4_a_higher_threshold_gives_no_more_spans_and_none_below_it(ask):
    counts = []
    for bar in (0.1, 0.5, 0.93, 0.96, 1.0):
        found = ask("detect", text=TEXT, confidence_threshold=bar)["entities"]
        assert all(one["confidence"] >= bar for one in found)
        counts.append(len(found))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]


def test_g4_requests_beside_each_other_keep_their_own_thresholds(serving):
    bars = [0.5, 0.96, 1.0, 0.2] * 60
    with serving.client() as client:

        def found(bar):
            answer = client.post("/api/v1/detect", json={"text": TEXT, "confidence_threshold": bar}).json()
            return [(one["text"], one["entity_type"]) for one in answer["entities"]]

        alone = {bar: found(bar) for bar in set(bars)}
        assert alone[0.5] != alone[1.0]
        with ThreadPoolExecutor(16) as pool:
            together = list(pool.map(found, bars))
    assert together == [alone[bar] for bar in bars]


def test_g4_what_a_check_digit_holds_no_threshold_refuses(ask):
    """The house's law: a checksum is not weighed."""
    text = "VIN 1HGCM82633A004352"
    assert ask("detect", text=text, confidence_threshold=1.0)["entities"] == ask("detect", text=text)["entities"] != []
