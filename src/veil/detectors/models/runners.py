"""Runners: what runs a model's weights: ONNX Runtime, or transformers with torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from veil.errors import PartError
from veil.extras import extra_of, install


class Runner(Protocol):
    """Runs one window. Shape: t token ids -> [t, labels] scores."""

    def run(self, ids: Sequence[int]) -> NDArray[np.float32]: ...


class OnnxRunner:
    """A model exported to ONNX, on one thread."""

    def __init__(self, path: Path) -> None:
        from veil.detectors.onnx import session  # noqa: PLC0415  loaded where it runs

        self._session = session(path)
        self._inputs = [node.name for node in self._session.get_inputs()]

    def run(self, ids: Sequence[int]) -> NDArray[np.float32]:
        row = np.array([ids], np.int64)
        whole = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        said: NDArray[np.float32] = self._session.run(
            None, {name: whole[name] for name in self._inputs if name in whole}
        )[0][0]
        return said


class TorchRunner:
    """A model as transformers saves it, on one thread."""

    def __init__(self, folder: Path) -> None:
        os.environ["HF_HUB_OFFLINE"] = (
            "1"  # read when it is loaded: the model lies in its folder, and nothing is asked for
        )
        transformers: Any = extra("transformers")
        self._torch: Any = extra("torch")
        self._torch.set_num_threads(1)
        kind = transformers.AutoModelForTokenClassification
        self._model = kind.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False).eval()

    def run(self, ids: Sequence[int]) -> NDArray[np.float32]:
        with self._torch.no_grad():
            said: NDArray[np.float32] = self._model(input_ids=self._torch.tensor([list(ids)])).logits[0].float().numpy()
        return said


def extra(name: str) -> Any:
    """A module that only the extras `model` or `transformers` install.

    Errors:  PartError `extra-missing`.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise PartError(
            "extra-missing", f"this model needs {name}, which is not installed", hint=install(extra_of(name))
        ) from error


def runner_of(folder: Path) -> Runner:
    """ONNX where the folder has it, else transformers.

    Errors:  PartError `model-folder` where it has neither.
    """
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).is_file():
            extra("tokenizers")  # that it is missing is said before a network is loaded
            return OnnxRunner(folder / name)
    if (folder / "model.safetensors").is_file():
        return TorchRunner(folder)
    raise PartError(
        "model-folder", "the model folder contains no weights", hint="it needs model.onnx or model.safetensors"
    )
