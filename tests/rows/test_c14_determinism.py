"""C14: same key and same input give byte-equal output on another machine."""

from tests.conftest import bytes_of
from tests.rows.conftest import ALL, policy


def test_c14_another_folder_another_process_and_more_workers_give_the_same_bytes(project, veil, veil_process):
    one, two = project(policy(), ALL, "one"), project(policy(), ALL, "two")
    assert veil(one.folder, "run", "project.yaml").code == 0
    assert veil_process(two.folder, "run", "project.yaml", "-w", "2").code == 0
    assert bytes_of(one.out) == bytes_of(two.out)
    assert bytes_of(one.out)
