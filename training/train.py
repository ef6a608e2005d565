"""Train: the tagger from the generator's texts.

python -m training.train OUT --vectors VECTORS.npz [--minutes 40] [--talk FOLDER]
python -m training.train OUT OUT --start MODEL MODEL --rate 1e-3 --decay 0.99    (what `training.warm` wrote)
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import pathlib
import random
import time
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import torch
from torch.nn import functional as F

from training.network import Sizes, Tagger
from training.plant import Planter
from training.stream import UNTOLD, Batch, Example, Source, batch

WIDTH, ROWS = 192, 48
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
HALF = DEVICE == "cuda" or torch.cpu._is_avx512_bf16_supported()  # sixteen bits, where the processor has them


def rows_of(seed: int, folder: pathlib.Path | None) -> Iterator[Example]:
    """Rows of tokens without end."""
    talk = Planter(folder, random.Random(seed)).draw if folder else None
    return Source(random.Random(seed), talk=talk).rows(WIDTH)


def feed(queue: mp.Queue, seed: int, folder: pathlib.Path | None, size: int) -> None:  # type: ignore[type-arg]
    rows = rows_of(seed, folder)
    while True:
        queue.put(tuple(batch([next(rows) for _ in range(size)])))


def batches(seed: int, folder: pathlib.Path | None, size: int, feeders: int) -> Iterator[Batch]:
    """Batches of `size` rows, made beside the training or, without feeders, between its steps."""
    if not feeders:
        rows = rows_of(seed, folder)
        while True:
            yield batch([next(rows) for _ in range(size)])
    queue: mp.Queue = mp.Queue(12)  # type: ignore[type-arg]
    for number in range(feeders):
        mp.Process(target=feed, args=(queue, seed * 100 + number, folder, size), daemon=True).start()
    while True:
        yield Batch(*queue.get())


def loss_of(model: Tagger, one: Batch) -> torch.Tensor:
    tags, roles = model(one)
    gold, who = torch.from_numpy(one.tags).to(DEVICE), torch.from_numpy(one.roles).to(DEVICE)
    loss = F.cross_entropy(tags.float(), gold, ignore_index=UNTOLD, label_smoothing=0.02)
    if (who >= 0).any():
        loss = loss + 0.15 * F.cross_entropy(roles.float(), who, ignore_index=UNTOLD)
    return loss


@torch.no_grad()
def measure(model: Tagger, rows: list[Batch]) -> dict[str, float]:
    """Share of NAME tokens found, of found NAME tokens that are names, of all identifier tokens, and of the others left alone."""
    model.eval()
    hit = gold = said = any_hit = any_gold = alarm = free = role_hit = role_all = 0
    for one in rows:
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=HALF):
            tags, roles = model(one)
        found = tags.argmax(1).cpu().numpy()
        want = one.tags
        name, is_name = (found == 1) | (found == 2), (want == 1) | (want == 2)
        counted = want != UNTOLD
        hit += (name & is_name).sum()
        gold += is_name.sum()
        said += (name & counted).sum()
        any_hit += ((found > 0) & (want > 0)).sum()
        any_gold += (want > 0).sum()
        alarm += ((found > 0) & (want == 0)).sum()
        free += (want == 0).sum()
        who = roles.argmax(1).cpu().numpy()
        role_hit += ((who == one.roles) & (one.roles >= 0)).sum()
        role_all += (one.roles >= 0).sum()
    model.train()
    return {
        "name_recall": hit / gold,
        "name_precision": hit / said,
        "recall": any_hit / any_gold,
        "alarms": alarm / free,
        "roles": role_hit / role_all,
    }


class Learner:
    """One network with its optimiser and the slow average that is kept."""

    def __init__(self, model: Tagger, decay: float) -> None:
        self.model = model.to(DEVICE)
        self.slow = torch.optim.swa_utils.AveragedModel(
            self.model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay), use_buffers=True
        )
        self._best = torch.optim.AdamW(self.model.parameters(), lr=0.0, weight_decay=0.01)

    def step(self, one: Batch, rate: float) -> float:
        """Learns from one batch; its loss."""
        for group in self._best.param_groups:
            group["lr"] = rate
        self._best.zero_grad()
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=HALF):
            loss = loss_of(self.model, one)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._best.step()
        self.slow.update_parameters(self.model)
        return loss.item()

    def save(self, path: pathlib.Path, known: list[str]) -> None:
        torch.save({"state": self.slow.module.state_dict(), "sizes": asdict(self.model.sizes), "known": known}, path)


def learners(args: argparse.Namespace) -> tuple[list[Learner], list[str]]:
    """New networks with the vectors, or those to go on from; and the words they know."""
    if args.start:
        held = [torch.load(path, map_location=DEVICE) for path in args.start]
        known = held[0]["known"]
        models = []
        for one in held:
            model = Tagger(Sizes(**one["sizes"]), known, one["state"]["words.meaning"][1:].cpu().numpy())
            model.load_state_dict(one["state"])
            models.append(model)
        return [Learner(model, args.decay) for model in models], known
    packed = np.load(args.vectors)
    known = [str(word) for word in packed["words"]]
    model = Tagger(Sizes(width=args.width), known, packed["vectors"].astype(np.float32))
    return [Learner(model, args.decay)], known


def told(learner: Learner, tests: dict[str, list[Batch]]) -> dict[str, dict[str, float]]:
    return {
        name: {k: round(float(v), 4) for k, v in measure(learner.slow.module, rows).items()}
        for name, rows in tests.items()
    }


def tests_of(count: int) -> dict[str, list[Batch]]:
    """Batches of families that are trained on, and of those that are not."""
    found = {}
    for name, held in (("seen", False), ("held out", True)):
        source = Source(random.Random(7), held_out=held)
        if source.families:
            rows = source.rows(WIDTH)
            found[name] = [batch([next(rows) for _ in range(ROWS)]) for _ in range(count)]
    return found


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path, nargs="+", help="one file a network")
    parser.add_argument("--vectors", type=pathlib.Path, help="what `training.vectors` wrote; not needed with --start")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--talk", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--feeders", type=int, default=1, help="processes that make texts; 0: the texts are made in turn"
    )
    parser.add_argument("--start", type=pathlib.Path, nargs="+", help="networks to go on from, as many as OUT")
    parser.add_argument("--rate", type=float, default=3e-3, help="the highest rate of learning")
    parser.add_argument("--decay", type=float, default=0.998, help="of the slow average of the weights")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of a batch")
    parser.add_argument("--tests", type=int, default=12, help="batches that each measure reads")
    return parser.parse_args()


def main() -> None:
    args = asked()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    all_, known = learners(args)
    tests = tests_of(args.tests)
    source = batches(args.seed, args.talk, args.rows, args.feeders)
    begun, step, shown, losses = time.time(), 0, 0.0, []
    while (spent := (time.time() - begun) / 60 / args.minutes) < 1:
        rate = (
            args.rate * min(1.0, (step + 1) / (30 if args.start else 200)) * (0.5 * (1 + np.cos(np.pi * spent)) + 0.01)
        )
        one = next(source)
        losses.append(float(np.mean([learner.step(one, rate) for learner in all_])))
        step += 1
        if time.time() - begun > shown:
            print(f"{spent:.0%} step {step} loss {np.mean(losses[-100:]):.4f} {told(all_[0], tests)}", flush=True)
            shown = time.time() - begun + max(30.0, args.minutes * 12)
            for learner, path in zip(all_, args.out, strict=True):
                learner.save(path, known)
    for learner, path in zip(all_, args.out, strict=True):
        learner.save(path, known)
        print(f"{path.name}: {step} steps, {step * args.rows * WIDTH:,} tokens, {told(learner, tests)}", flush=True)


if __name__ == "__main__":
    main()
