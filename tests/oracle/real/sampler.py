# SPDX-License-Identifier: Apache-2.0
"""Runs a module and samples its main thread: sampler.py OUT SECONDS MODULE [ARGUMENT ...]; writes stacks as JSON."""

import json
import runpy
import sys
import threading
import time

stacks, stop = {}, threading.Event()


def sample(thread):
    while not stop.wait(0.004):
        frame, stack = sys._current_frames().get(thread), []
        while frame is not None:
            code = frame.f_code
            stack.append((code.co_qualname, code.co_filename, code.co_firstlineno, frame.f_lineno or code.co_firstlineno))
            frame = frame.f_back
        if stack:
            stacks[tuple(stack)] = stacks.get(tuple(stack), 0) + 1


out, seconds, module = sys.argv[1], float(sys.argv[2]), sys.argv[3]
sys.argv = [module, *sys.argv[4:]]
threading.Thread(target=sample, args=(threading.get_ident(),), daemon=True).start()
end = time.monotonic() + seconds
try:
    while time.monotonic() < end:
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        except SystemExit:
            pass
finally:
    stop.set()
    with open(out, "w") as file:
        json.dump([[stack, count] for stack, count in list(stacks.items())], file)
