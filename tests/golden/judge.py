# SPDX-License-Identifier: Apache-2.0
"""Judges runs of compare-golden: judge.py LATER OUTPUT...

Cases named in LATER belong to later work: they may fail, but one that passes must leave the list. Every other
failure counts. The last line is "N passed, M failed".
"""

import re
import sys


def main():
    later = {line.split("#")[0].strip() for line in open(sys.argv[1], encoding="utf-8")} - {""}
    passed, failed = 0, {}
    for path in sys.argv[2:]:
        text = open(path, encoding="utf-8").read()
        summary = re.search(r"^(\d+) passed, (\d+) failed", text, re.MULTILINE)
        if summary is None:
            print(text)
            print("0 passed, 1 failed")
            return 1
        passed += int(summary.group(1))
        for block in re.split(r"(?m)^(?=FAILED )", text)[1:]:
            failed[block.split()[1].rstrip(":")] = block
    wrong = [name for name in failed if name not in later]
    stale = sorted(name for name in later if name not in failed)
    for name in wrong:
        print(failed[name])
    for name in stale:
        print(f"{name} passes: take it off {sys.argv[1]}")
    print(f"{len(later) - len(stale)} cases of later work are left out")
    print(f"{passed} passed, {len(wrong) + len(stale)} failed")
    return 1 if wrong or stale else 0


sys.exit(main())
