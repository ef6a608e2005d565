"""G14: a document of 3 kB in under 20 ms on one core, under 1 GB (bench-rest prints the figures of a processor).

A processor without the instructions for eight-bit networks takes longer for the reading alone; there the service may add as
much again, and no more.
"""

import time

from bench.load import post, tree_cpu, tree_memory
from tests.services import served

from veil.jobs.texts.find import Finder

NOTE = (
    "Mr. Hollis Brandt is a 71-year-old man who was seen by Dr. Lena Wong at Lakeside General Hospital on 03/04/2019 for chest pain. "
    "MRN 00482913. Blood pressure was 132/84, pulse 71, weight 84.2 kg; furosemide 40 mg twice a day was begun. Call 218-555-0143. "
) * 12


def test_g14_three_kilobytes_take_less_than_twenty_milliseconds_and_a_gigabyte(tmp_path):
    text = NOTE[:3000]
    reading = read_alone(text)
    with served(tmp_path, local=True) as service:
        port = int(service.url.rpartition(":")[2])
        post(port, "/api/v1/detect", [text] * 10, service.process.pid, callers=1)
        before = tree_cpu(service.process.pid)
        spent = post(port, "/api/v1/detect", [text] * 40, service.process.pid, callers=1)
        cpu = (tree_cpu(service.process.pid) - before) / 40
        memory = tree_memory(service.process.pid)
    assert spent.bad == 0
    assert cpu < max(0.020, 2 * reading)
    assert memory < 1024


def read_alone(text):
    """CPU seconds of reading a text in this process, without a service."""
    finder = Finder()
    finder.find([text])
    begin = time.process_time()
    for _ in range(30):
        finder.find([text])
    return (time.process_time() - begin) / 30
