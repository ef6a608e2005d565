"""Train: the tagger from the generator's texts.

python -m training.train OUT --vectors VECTORS.npz [--minutes 40] [--talk FOLDER]
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import pathlib
import random
import time
from dataclasses import asdict

import numpy as np
import torch
from torch.nn import functional as F

from training.network import Sizes, Tagger
from training.plant import Planter
from training.stream import UNTOLD, Batch, Source, batch

WIDTH, ROWS = 192, 48
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def feed(queue: mp.Queue, seed: int, folder: pathlib.Path | None) -> None:  # type: ignore[type-arg]
    talk = Planter(folder, random.Random(seed)).draw if folder else None
    rows = Source(random.Random(seed), talk=talk).rows(WIDTH)
    while True:
        queue.put(tuple(batch([next(rows) for _ in range(ROWS)])))


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
        with torch.autocast(DEVICE, dtype=torch.bfloat16):
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--vectors", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--talk", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeders", type=int, default=1)
    parser.add_argument("--start", type=pathlib.Path)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    packed = np.load(args.vectors)
    known = [str(word) for word in packed["words"]]
    model = Tagger(Sizes(width=args.width), known, packed["vectors"].astype(np.float32)).to(DEVICE)
    if args.start:
        model.load_state_dict(torch.load(args.start, map_location=DEVICE)["state"])
    slow = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    queue: mp.Queue = mp.Queue(12)  # type: ignore[type-arg]
    for n in range(args.feeders):
        mp.Process(target=feed, args=(queue, args.seed * 100 + n, args.talk), daemon=True).start()
    tests = {}
    for name, held in (("seen", False), ("held out", True)):
        source = Source(random.Random(7), held_out=held)
        if source.families:
            rows = source.rows(WIDTH)
            tests[name] = [batch([next(rows) for _ in range(ROWS)]) for _ in range(12)]
    most = 3e-3
    best = torch.optim.AdamW(model.parameters(), lr=most, weight_decay=0.01)
    begun, step, shown, losses = time.time(), 0, 0.0, []
    while (spent := (time.time() - begun) / 60 / args.minutes) < 1:
        rate = most * min(1.0, (step + 1) / 200) * (0.5 * (1 + np.cos(np.pi * spent)) + 0.01)
        for group in best.param_groups:
            group["lr"] = rate
        one = Batch(*queue.get())
        best.zero_grad()
        with torch.autocast(DEVICE, dtype=torch.bfloat16):
            loss = loss_of(model, one)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        slow.update_parameters(model)
        step += 1
        losses.append(loss.item())
        if time.time() - begun > shown:
            told = {
                name: {k: round(float(v), 4) for k, v in measure(slow.module, rows).items()}
                for name, rows in tests.items()
            }
            print(f"{spent:.0%} step {step} loss {np.mean(losses[-100:]):.4f} {told}", flush=True)
            shown = time.time() - begun + max(30.0, args.minutes * 3)
            torch.save({"state": slow.module.state_dict(), "sizes": asdict(model.sizes), "known": known}, args.out)
    torch.save({"state": slow.module.state_dict(), "sizes": asdict(model.sizes), "known": known}, args.out)
    told = {
        name: {k: round(float(v), 4) for k, v in measure(slow.module, rows).items()} for name, rows in tests.items()
    }
    print(f"done: {step} steps, {step * ROWS * WIDTH:,} tokens, {told}", flush=True)


if __name__ == "__main__":
    main()
