"""Writes the .pth files beside this one from seed_tiny.safetensors; made with PyTorch 1.13.1."""
import collections
import json
import pathlib
import struct

import torch

here = pathlib.Path(__file__).parent
data = (here.parent / "seed_tiny.safetensors").read_bytes()
length = struct.unpack("<Q", data[:8])[0]
state = collections.OrderedDict()
for name, tensor in json.loads(data[8 : 8 + length]).items():
    if name != "__metadata__":
        begin, end = (8 + length + offset for offset in tensor["data_offsets"])
        state[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(tensor["shape"])

torch.save(state, here / "seed_tiny.pth")

# As trainings keep it: wrapped, parameters instead of tensors, several types, views of a larger storage, a transposed one, a shared one.
other = collections.OrderedDict()
for i, (name, tensor) in enumerate(state.items()):
    if i % 4 == 0:
        tensor = torch.nn.Parameter(tensor)
    elif i % 4 == 1:
        tensor = tensor.double()
    elif i % 4 == 2 and tensor.dim() == 2:
        tensor = tensor.t().contiguous().t()
    elif i % 4 == 3:
        tensor = torch.cat([torch.zeros(5), tensor.flatten()])[5:].reshape(tensor.shape)
    other["module." + name] = tensor
torch.save({"epoch": 3, "loss": 1.5, "state_dict": other}, here / "seed_tiny_checkpoint.pth")
torch.save({name: tensor.half() for name, tensor in state.items()}, here / "seed_tiny_half.pth")


class Named:
    def __reduce__(self):
        return print, ("a pickle ran code",)


torch.save({"decoder.embedding.weight": Named()}, here / "names_a_function.pth")
torch.save(torch.nn.Linear(2, 2), here / "whole_module.pth")
torch.save({"a": torch.zeros(2)}, here / "before_1_6.pth", _use_new_zipfile_serialization=False)
