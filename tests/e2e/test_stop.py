# SPDX-License-Identifier: Apache-2.0
"""A stop in the middle of traffic: the exit status is 0 and what was acknowledged is kept."""

import http.client
import signal
import threading
import time
import urllib.parse

import pprof
from server import Server

CLIENTS = 8
BODY = pprof.profile([([("main.main", "main.go", 1, 2)], 1)])


def keep_pushing(server, service, acknowledged):
    """Pushes on one kept connection until the server refuses or closes it; appends a status per answer."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=20)
    until = int(time.time()) - 3000
    while not acknowledged or acknowledged[-1] == 200:
        until += 1  # the same profile at the same time would count as resent
        try:
            connection.request("POST", f"/ingest?name={service}&from={until - 1}&until={until}&format=pprof", BODY)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return
        acknowledged.append(response.status)


def total(server, service):
    now = int(time.time() * 1000)
    answer = server.rpc("querier.v1.QuerierService/SelectMergeStacktraces", {
        "profileTypeID": "process_cpu:cpu:nanoseconds:cpu:nanoseconds", "labelSelector": f'{{service_name="{service}"}}',
        "start": now - 3_600_000, "end": now + 60_000})
    return int(answer["flamegraph"].get("total", 0))


def test_stops_under_traffic_on_kept_connections(tmp_path):
    server = Server(tmp_path).start()
    answers = [[] for _ in range(CLIENTS)]
    clients = [threading.Thread(target=keep_pushing, args=(server, f"svc{i}", answers[i])) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    for client in clients:
        client.join()
    assert server.process.wait(timeout=30) == 0
    server.start()
    for i, statuses in enumerate(answers):
        assert set(statuses) <= {200, 503}
        assert statuses.count(200) > 0
        # an answer may have been lost on its way when the connection ended, never a profile
        assert total(server, f"svc{i}") in (statuses.count(200), statuses.count(200) + 1)
    server.stop()
