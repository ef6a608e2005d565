"""G10: what stands at the end of a long text is found."""


def test_g10_an_identifier_at_character_99_000_is_found(ask):
    text = ("The patient denies chest pain. " * 4_000)[:99_000] + " SSN 123-45-6789, Dr. Alice Wong"
    found = ask("detect", text=text)["entities"]
    assert [one["text"] for one in found] == ["123-45-6789", "Alice Wong"]
    assert all(one["start"] > 99_000 for one in found)
