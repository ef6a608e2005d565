"""Onnx: graphs that ONNX Runtime runs, on one thread; it keeps nothing at home and tells nobody of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = (
    "1"  # read when it is loaded; newer ones else keep a record at home, to send to their makers
)

import onnxruntime


def session(graph: bytes | Path) -> Any:
    """A graph, or the file of one, ready to run.

    Errors:  those of ONNX Runtime.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(graph) if isinstance(graph, Path) else graph, options, providers=["CPUExecutionProvider"]
    )
