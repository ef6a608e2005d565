"""Presidio's analyzer behind FastAPI and uvicorn, as `veil serve` stands behind them: run by the peer's own Python.

Usage: PYTHON -m uvicorn --app-dir bench rest_peer:app     with the folder of the adapters in PEER_ADAPTERS
"""

import os
import sys

sys.path.insert(0, os.environ["PEER_ADAPTERS"])

from fastapi import FastAPI
from presidio_md import detect as analyze
from pydantic import BaseModel, Field

analyze("Seen by Dr. Alice Wong on 03/04/2019.")
app = FastAPI()


class DetectRequest(BaseModel):
    text: str = Field(min_length=1, max_length=100_000)


@app.post("/api/v1/detect")
def detect(asked: DetectRequest) -> dict:
    return {
        "entities": [{"entity_type": label, "start": start, "end": end} for start, end, label in analyze(asked.text)]
    }
