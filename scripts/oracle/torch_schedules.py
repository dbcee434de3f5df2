"""Writes the rates of PyTorch's OneCycleLR and CosineAnnealingWarmRestarts for test_schedule.c.

usage: scripts/oracle/torch_schedules.py > tests/kernels/nn/torch_schedules.inc
"""
import torch

LR, STEPS_PER_EPOCH = 0.1, 7
S = torch.optim.lr_scheduler


def rates(epochs, make, advance):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], LR)
    scheduler = make(optimizer)
    out = []
    for step in range(epochs * STEPS_PER_EPOCH):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < epochs * STEPS_PER_EPOCH:
            advance(scheduler, (step + 1) / STEPS_PER_EPOCH)
    return out


def show(head, numbers):
    text = [f"{x:.9g}" for x in numbers]
    print(f"    {{{head},\n     {{" + ",\n      ".join(", ".join(text[i:i + 8]) for i in range(0, len(text), 8)) + "}},")


print(f"/* The rates of every step, torch {torch.__version__.split('+')[0]}; by scripts/oracle/torch_schedules.py. */")
for epochs, pct, div, final in [(6, 0.3, 25, 1e4), (6, 0.5, 10, 100), (1, 0.3, 25, 1e4), (5, 0.0, 4, 10), (5, 1.0, 4, 10)]:
    numbers = rates(epochs, lambda o: S.OneCycleLR(o, LR, epochs=epochs, steps_per_epoch=STEPS_PER_EPOCH, pct_start=pct,
                                                   div_factor=div, final_div_factor=final, cycle_momentum=False),
                    lambda s, _: s.step())
    show(f"{{.kind = KN_SCHEDULE_ONECYCLE, .epochs = {epochs}, .pct_start = {pct:.9g}, .div_factor = {div:g}, "
         f".final_div_factor = {final:g}}}", numbers)
for epochs, period, mult, low in [(6, 1, 1, 0), (6, 2, 1, 0.01), (6, 1, 2, 0), (6, 1, 3, 0.001)]:
    numbers = rates(epochs, lambda o: S.CosineAnnealingWarmRestarts(o, period, mult, low), lambda s, at: s.step(at))
    show(f"{{.kind = KN_SCHEDULE_RESTARTS, .epochs = {epochs}, .period = {period}, .mult = {mult}, .lr_min = {low:g}}}",
         numbers)
