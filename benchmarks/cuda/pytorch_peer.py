"""The same decoder in PyTorch on the same card, as a peer for cuda-steps.cs: embedding, nn.LSTM, linear, top 40, a draw; all on the device, one wait
per comment of 20 tokens. Nothing of the project needs it.

    python3 pytorch_peer.py
"""
import statistics
import time

import torch

torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}; tokens/s of comments of 20 tokens, medians\n")


class Decoder(torch.nn.Module):
    def __init__(self, vocabulary, embedding, hidden):
        super().__init__()
        self.embedding = torch.nn.Embedding(vocabulary, embedding)
        self.lstm = torch.nn.LSTM(embedding, hidden, batch_first=True)
        self.head = torch.nn.Linear(hidden, vocabulary)

    def forward(self, token, state):
        output, state = self.lstm(self.embedding(token), state)
        return self.head(output[:, -1]), state


@torch.inference_mode()
def comment(decoder, rows, hidden, kind):
    token = torch.ones(rows, 1, dtype=torch.int64, device="cuda")
    state = tuple(torch.zeros(1, rows, hidden, dtype=kind, device="cuda") for _ in range(2))
    for _ in range(20):
        logits, state = decoder(token, state)
        values, ids = logits.float().topk(40)
        token = ids.gather(1, torch.multinomial(values.softmax(1), 1))
    torch.cuda.synchronize()


def tokens_per_second(sizes, rows, kind):
    decoder = Decoder(*sizes).to("cuda", kind).eval()
    for _ in range(3):
        comment(decoder, rows, sizes[2], kind)
    times = []
    while len(times) < 5 or sum(times) < 0.4:
        start = time.perf_counter()
        comment(decoder, rows, sizes[2], kind)
        times.append(time.perf_counter() - start)
    return 20 * rows / statistics.median(times)


for name, sizes in {"compact": (5000, 128, 128), "seed": (5000, 300, 512)}.items():
    print(f"{name}\n\n| rows | float32 | float16 |\n|---:|---:|---:|")
    for rows in (1, 4, 16, 64, 256, 1024):
        cells = " | ".join(f"{tokens_per_second(sizes, rows, kind):,.0f}" for kind in (torch.float32, torch.float16))
        print(f"| {rows} | {cells} |")
    print()
