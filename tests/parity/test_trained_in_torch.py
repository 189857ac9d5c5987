"""A network that jnst trained paints in torch, in the modules of pytorch/examples, as it does here.

The modules are written anew here, with that project's names (pytorch/examples@77f55b9,
`fast_neural_style/transformer_net.py`), so that its own code loads the same file.
"""

import numpy as np
import pytest
from painters import random_params

from jnst.feedforward import graph, trainable
from jnst.weights import trained
from jnst.weights.export import export

torch = pytest.importorskip("torch", reason="torch is not installed")
nn = torch.nn


class Conv(nn.Module):
    def __init__(self, inputs, outputs, size, stride=1, factor=1):
        super().__init__()
        self.factor, self.pad = factor, nn.ReflectionPad2d(size // 2)
        self.conv2d = nn.Conv2d(inputs, outputs, size, stride)

    def forward(self, x):
        if self.factor > 1:
            x = nn.functional.interpolate(x, mode="nearest", scale_factor=self.factor)
        return self.conv2d(self.pad(x))


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        for i in (1, 2):
            setattr(self, f"conv{i}", Conv(channels, channels, 3))
            setattr(self, f"in{i}", nn.InstanceNorm2d(channels, affine=True))

    def forward(self, x):
        y = torch.relu(self.in1(self.conv1(x)))
        return self.in2(self.conv2(y)) + x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        for i, (inputs, outputs, size) in enumerate([(3, 32, 9), (32, 64, 3), (64, 128, 3)], 1):
            setattr(self, f"conv{i}", Conv(inputs, outputs, size, stride=1 if i == 1 else 2))
            setattr(self, f"in{i}", nn.InstanceNorm2d(outputs, affine=True))
            setattr(self, f"res{i}", Block(128))
        self.res4, self.res5 = Block(128), Block(128)
        self.deconv1, self.in4 = Conv(128, 64, 3, factor=2), nn.InstanceNorm2d(64, affine=True)
        self.deconv2, self.in5 = Conv(64, 32, 3, factor=2), nn.InstanceNorm2d(32, affine=True)
        self.deconv3 = Conv(32, 3, 9)

    def forward(self, x):
        for i in (1, 2, 3):
            x = torch.relu(getattr(self, f"in{i}")(getattr(self, f"conv{i}")(x)))
        for i in range(1, 6):
            x = getattr(self, f"res{i}")(x)
        for i in (1, 2):
            x = torch.relu(getattr(self, f"in{i + 3}")(getattr(self, f"deconv{i}")(x)))
        return self.deconv3(x)


def test_it_paints_the_same(tmp_path):
    rng = np.random.default_rng(0)
    design = trainable.Design("johnson", 1.0, ("a",))
    table = trainable.network(design).table
    params = random_params(rng, table, np.float32)
    trained.write(tmp_path / "a.jnst", trained.Trained(design, params, {}))
    export(tmp_path / "a.jnst", tmp_path / "a.pth")
    net = Net()
    net.load_state_dict(torch.load(tmp_path / "a.pth", weights_only=True))
    picture = rng.random((1, 24, 32, 3)).astype(np.float32)
    expected = graph.paint(table, params, {"picture": picture})
    with torch.no_grad():
        found = net(torch.from_numpy(255 * picture.transpose(0, 3, 1, 2))).numpy() / 255
    found = found.transpose(0, 2, 3, 1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * np.abs(found).max())
