"""Median time of one training step (generator then discriminator) of the tutorial's GAN in PyTorch on the CPU.

usage: pytorch_step.py TRAIN_IMAGES_IDX THREADS BATCH STEPS     (PyTorch: Debian's python3-torch, with libopenblas0-openmp)
Prints one line of JSON: torch, threads, batch, ms (the median), bestMs.
"""
import json, sys, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F

idx, threads, BATCH, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
torch.manual_seed(42); torch.set_num_threads(threads)
LATENT = 100


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.drop = nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.Dropout2d()
        self.fc1, self.fc2 = nn.Linear(320, 50), nn.Linear(50, 1)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.drop(self.conv2(x)), 2)).view(-1, 320)
        return torch.sigmoid(self.fc2(F.dropout(F.relu(self.fc1(x)), training=self.training)))


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1 = nn.Linear(LATENT, 7 * 7 * 64)
        self.ct1, self.ct2 = nn.ConvTranspose2d(64, 32, 4, stride=2), nn.ConvTranspose2d(32, 16, 4, stride=2)
        self.conv = nn.Conv2d(16, 1, 7)

    def forward(self, z):
        x = F.relu(self.lin1(z)).view(-1, 64, 7, 7)
        return self.conv(F.relu(self.ct2(F.relu(self.ct1(x)))))


g, d = Generator(), Discriminator()
opt_g, opt_d = torch.optim.Adam(g.parameters(), lr=2e-4), torch.optim.Adam(d.parameters(), lr=2e-4)
raw = np.fromfile(idx, dtype=np.uint8)[16:].reshape(-1, 1, 28, 28)[: BATCH * 16]
real = (torch.from_numpy(raw.copy()).float() / 255 - 0.1307) / 0.3081


def step(x):
    for p in d.parameters(): p.requires_grad = False
    y = d(g(torch.randn(len(x), LATENT)))
    loss_g = F.binary_cross_entropy(y, torch.ones_like(y))
    opt_g.zero_grad(); loss_g.backward(); opt_g.step()
    for p in d.parameters(): p.requires_grad = True
    y_real, y_fake = d(x), d(g(torch.randn(len(x), LATENT)).detach())
    loss_d = (F.binary_cross_entropy(y_real, torch.ones_like(y_real)) + F.binary_cross_entropy(y_fake, torch.zeros_like(y_fake))) / 2
    opt_d.zero_grad(); loss_d.backward(); opt_d.step()
    return loss_g.item(), loss_d.item()


batches = real.split(BATCH)
for i in range(min(5, steps)): step(batches[i])
times = []
for i in range(steps):
    t = time.perf_counter(); step(batches[i % len(batches)]); times.append((time.perf_counter() - t) * 1e3)
print(json.dumps({"torch": torch.__version__, "threads": threads, "batch": BATCH, "ms": sorted(times)[len(times) // 2], "bestMs": min(times)}))
