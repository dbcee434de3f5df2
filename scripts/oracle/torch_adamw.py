"""Writes the weights after every tenth of 100 steps of PyTorch's AdamW for test_optimizer.c.

usage: scripts/oracle/torch_adamw.py > tests/kernels/ops/torch_adamw.inc
The gradients are those of torch_gradient() there.
"""
import torch

START = [0.5, -0.25, 1.5, 0.0, -2.0]
SIZE = [0.1, 3.0, 1e-6, 0.5, 40.0]
STEPS, EVERY = 100, 10


def gradient(step, i):
    turn = (step * (2 * i + 3) + 5 * i) % 17 - 7
    return 0.0 if i == 3 and step < STEPS // 2 else torch.tensor(SIZE[i]) * torch.tensor(float(turn)) / 8


def literal(x):
    text = f"{x:.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


print(f"/* torch {torch.__version__.split('+')[0]}; by scripts/oracle/torch_adamw.py. */")
for lr, beta1, beta2, eps, decay in [(1e-3, 0.9, 0.999, 1e-8, 0.01), (1e-2, 0.8, 0.95, 1e-4, 0.1),
                                     (4e-3, 0.9, 0.999, 1e-8, 0.0), (0.25, 0.0, 0.9, 1e-8, 0.5)]:
    w = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.AdamW([w], lr, (beta1, beta2), eps, decay, foreach=False)
    rows = []
    for step in range(STEPS):
        w.grad = torch.tensor([float(gradient(step, i)) for i in range(len(START))])
        optimizer.step()
        if (step + 1) % EVERY == 0:
            rows.append("{" + ", ".join(literal(x) for x in w.tolist()) + "}")
    print(f"    {{{{.kind = KN_OPT_ADAMW_TORCH, .beta1 = {beta1}, .beta2 = {beta2}, .eps = {eps}, .weight_decay = {decay}}},"
          f"\n     {literal(lr)},\n     {{" + ",\n      ".join(rows) + "}},")
