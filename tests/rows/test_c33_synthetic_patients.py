"""C33: make sample data to try a config."""


def test_c33_a_synthetic_hospital_runs_as_it_is_and_again_the_same(tmp_path, veil):
    for name in ("a", "b"):
        assert veil(tmp_path, "synth", "-n", "5", "-o", name, "--seed", "3").code == 0
    files = [
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name / "data").rglob("*.csv")}
        for name in ("a", "b")
    ]
    assert files[0] == files[1]
    assert files[0]
    assert veil(tmp_path / "a", "keys", "new", "hospital.key").code == 0
    assert veil(tmp_path / "a", "test", "hospital.yaml").code == 0
