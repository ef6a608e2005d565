"""The clock never goes back."""

import time

from veil.service.store import clock as clocks
from veil.service.store.clock import Clock


def test_a_machine_set_back_by_a_day_goes_on_where_it_was(store):
    wall = [2e9]
    clock = Clock(store.database, lambda: wall[0])
    assert clock.now() == 2e9
    wall[0] -= 86_400
    assert 2e9 <= clock.now() < 2e9 + 5


def test_time_goes_on_by_the_uptime_while_the_machine_is_set_back(store, monkeypatch):
    up = [1000.0]
    monkeypatch.setattr(clocks, "_up", lambda: up[0])
    clock = Clock(store.database, lambda: 2e9 if up[0] == 1000.0 else 1e9)
    clock.now()
    up[0] += 3600
    assert clock.now() == 2e9 + 3600


def test_a_new_process_with_an_earlier_time_goes_on_from_the_last_note(store):
    Clock(store.database, lambda: 2e9).now()
    assert Clock(store.database, lambda: 1e9).now() >= 2e9


def test_after_a_restart_of_the_machine_with_an_earlier_time_it_does_not_go_back(store, monkeypatch):
    Clock(store.database, lambda: 2e9).now()
    monkeypatch.setattr(clocks, "_boot", lambda: "another start")
    monkeypatch.setattr(clocks, "_up", lambda: 5.0)
    assert Clock(store.database, lambda: 1e9).now() >= 2e9


def test_another_process_that_saw_a_later_time_is_believed(store):
    here, there = Clock(store.database, lambda: 2e9), Clock(store.database, lambda: 2e9 + 50)
    here.now()
    there.now()
    assert here._note(2e9) >= 2e9 + 50


def test_without_any_trick_it_is_the_machines_time(store):
    assert abs(store.clock.now() - time.time()) < 2
