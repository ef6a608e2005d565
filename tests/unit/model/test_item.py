"""An item is a name with fields: nobody reads its file and its own name out of the text."""

import copy
import json
import pickle

import pytest

from veil.formats.xlsx import Xlsx
from veil.model import Item, inner_of, path_of
from veil.stores import FolderStore

ODD = [("book.xlsx", "Patients"), ("a#b.xlsx", "S"), ("a.xlsx", "S#1"), ("x/y#.xlsx", "#"), ("B.XLSX", "Ä b")]


@pytest.mark.parametrize(("path", "inner"), ODD)
def test_an_item_is_shown_as_one_name_and_keeps_its_parts(path, inner):
    item = Item(path, inner)
    for again in (item, pickle.loads(pickle.dumps(item)), copy.deepcopy(item)):
        assert (path_of(again), inner_of(again), again) == (path, inner, f"{path}#{inner}")
    assert json.loads(json.dumps({"file": item})) == {"file": f"{path}#{inner}"}


@pytest.mark.parametrize("name", ["book.xlsx", "a#b.xlsx", "book.xlsx#Patients", "notes #1.txt", "#"])
def test_a_name_that_only_looks_like_an_item_is_a_file(name):
    assert (path_of(name), inner_of(name)) == (name, "")
    assert Xlsx().after(name) == name


@pytest.mark.parametrize(("path", "inner"), ODD)
def test_a_folder_reads_the_file_of_an_item(tmp_path, path, inner):
    target = tmp_path / path
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(b"x" * 7)
    store = FolderStore(tmp_path)
    assert (store.size(Item(path, inner)), store / Item(path, inner)) == (7, target)
    assert store.digest(Item(path, inner)) == store.digest(path)
