# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the real program on a free port with a store of its own."""

import pytest

from server import Server


@pytest.fixture
def server(tmp_path):
    """A server with an empty store; other flags: Server(tmp_path, "--flag")."""
    with Server(tmp_path) as running:
        yield running
