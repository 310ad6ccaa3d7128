#!/usr/bin/env python3
"""Replays what a server wrote, and cuts the power at each order it acknowledged.

    powerloss.py TRACE BASE [--as-normal] [--seed N] [--fsck KONTOR --every N]

TRACE is strace's record of the server's writes, syncs and answers, BASE the database it began with. Of every file the
replay keeps what was synced and what was only written. At the moment an answer with an order begins to leave, three disks
are made: with nothing that was not synced, with a random half of it, with all of it; and before each sync one more, with a
random half of what it would bring. Each is opened; every order acknowledged so far must be in it, and the database must be
sound (reliability.md, A3). Prints one JSON object.

--as-normal leaves out the syncs of the log that SQLite does not ask for at synchronous=NORMAL, all but those before a
checkpoint: the same replay must then find losses, or it could find none at all.
"""
import argparse
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

CALL = re.compile(r"(\w+)\((.*)$")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
NUMBER = re.compile(r"\d*")
ORDER = re.compile(rb'"id":"([0-9a-f-]{36})"')
WATCHED = ("kontor.db", "kontor.db-wal")


def texts(words):
    found = []
    for text, cut in TEXT.findall(words):
        assert not cut, "strace shortened a write: give it a larger -s"
        found.append(bytes.fromhex(text.replace("\\x", "")))
    return found


def calls(path):
    """(phase, thread, name, words, result): entry and exit of each call, in the order they happened."""
    under_way = {}
    with open(path, encoding="ascii") as trace:
        for line in trace:
            thread, _, rest = line.strip().partition(" ")
            rest = rest.strip()
            if rest.startswith("<... "):
                name, words = under_way.pop(thread)
                yield "exit", thread, name, words, rest.rsplit(" = ", 1)[-1]
                continue
            call = CALL.match(rest)
            if not call:
                continue
            name, words = call.groups()
            yield "enter", thread, name, words, None
            if rest.endswith("<unfinished ...>"):
                under_way[thread] = (name, words)
            else:
                yield "exit", thread, name, words, rest.rsplit(" = ", 1)[-1]


class Disk:
    """One file: what is surely on the medium, and what was written since, in order."""

    def __init__(self, content):
        self.synced = bytearray(content)
        self.pending = []

    @staticmethod
    def apply(content, change):
        offset, data = change
        if data is None:
            del content[offset:]
            content.extend(bytes(max(0, offset - len(content))))
            return
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data

    def sync(self, upto):
        while self.pending and self.pending[0][0] < upto:
            self.apply(self.synced, self.pending.pop(0)[1])

    def after_the_cut(self, keep):
        content = bytearray(self.synced)
        for _, change in self.pending:
            if keep():
                self.apply(content, change)
        return content


def events(trace):
    """What matters of the trace: ("write", path, offset, data), ("sync", path, begun), ("gone", path), ("ack", id)."""
    found, names, sync_began = [], {}, {}
    for phase, thread, name, words, result in calls(trace):
        number = NUMBER.match(words).group()
        if phase == "enter":
            if name == "close":
                names.pop(number, None)
            elif name in ("fsync", "fdatasync"):
                sync_began[thread] = (names.get(number), len(found))
            elif name in ("write", "writev", "sendto", "sendmsg"):
                said = b"".join(texts(words))
                if said.startswith(b"HTTP/1.1 201"):
                    found.append(("ack", ORDER.search(said).group(1).decode()))
            continue
        failed = result is None or result.startswith("-1")
        if failed:
            continue
        if name == "openat":
            path = texts(words)[0].decode()
            if os.path.basename(path) in WATCHED:
                names[result.split()[0]] = os.path.basename(path)
            else:
                names.pop(result.split()[0], None)
        elif name == "pwrite64" and number in names:
            data = texts(words)[0]
            offset = int(re.search(r", (\d+)\)?(?: = |\s*<unfinished|$)", words).group(1))
            found.append(("write", names[number], offset, data[: int(result.split()[0])]))
        elif name == "ftruncate" and number in names:
            found.append(("write", names[number], int(re.search(r", (\d+)", words).group(1)), None))
        elif name in ("fsync", "fdatasync"):
            path, began = sync_began.pop(thread)
            if path:
                found.append(("sync", path, began))
        elif name == "unlink":
            path = os.path.basename(texts(words)[0].decode())
            if path in WATCHED:
                found.append(("gone", path))
        elif name == "write" and number in names:
            sys.exit("the database was written without a position: the replay does not follow that")
    return found


def without_what_normal_leaves_out(found):
    """Keeps a sync of the log only where the database itself is written next: the beginning of a checkpoint."""
    for at, event in enumerate(found):
        if event[0] == "sync" and event[1] == "kontor.db-wal":
            following = next((later for later in found[at + 1 :] if later[0] in ("write", "sync")), None)
            if following is None or following[:2] != ("write", "kontor.db"):
                yield ("nothing",)
                continue
        yield event


def look(folder):
    """Ids of the orders in the database of a folder, and whether it is sound."""
    base = sqlite3.connect(os.path.join(folder, "kontor.db"))
    try:
        sound = base.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return {id for (id,) in base.execute("SELECT id FROM orders")}, sound
    except sqlite3.DatabaseError:
        return set(), False
    finally:
        base.close()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("trace")
    words.add_argument("base")
    words.add_argument("--as-normal", action="store_true")
    words.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    words.add_argument("--fsck")
    words.add_argument("--every", type=int, default=1)
    given = words.parse_args()
    dice = random.Random(given.seed)
    found = events(given.trace)
    if given.as_normal:
        found = list(without_what_normal_leaves_out(found))
    with open(given.base, "rb") as base:
        disks = {"kontor.db": Disk(base.read())}
    said = {"seed": given.seed, "acknowledged": 0, "images": 0, "images_with_losses": 0, "lost_at_most": 0, "not_sound": 0, "checked": 0, "unsynced_writes": 0}
    acknowledged = set()

    def cut(keep):
        said["images"] += 1
        said["unsynced_writes"] += sum(len(disk.pending) for disk in disks.values())
        folder = tempfile.mkdtemp()
        for name, disk in disks.items():
            with open(os.path.join(folder, name), "wb") as out:
                out.write(disk.after_the_cut(keep))
        if given.fsck and said["images"] % given.every == 0:
            said["checked"] += 1
            ran = subprocess.run([given.fsck, "fsck", "--data", folder], capture_output=True, text=True)
            if ran.returncode != 0:
                sys.exit(f"fsck of image {said['images']}: {ran.stdout}{ran.stderr}")
        stored, sound = look(folder)
        shutil.rmtree(folder)
        lost = len(acknowledged - stored)
        said["images_with_losses"] += lost > 0
        said["lost_at_most"] = max(said["lost_at_most"], lost)
        said["not_sound"] += not sound

    half = lambda: dice.random() < 0.5
    for at, event in enumerate(found):
        if event[0] == "write":
            disks.setdefault(event[1], Disk(b"")).pending.append((at, event[2:]))
        elif event[0] == "sync" and event[1] in disks:
            if disks[event[1]].pending:
                cut(half)
            disks[event[1]].sync(event[2])
        elif event[0] == "gone":
            disks.pop(event[1], None)
        elif event[0] == "ack":
            acknowledged.add(event[1])
            for keep in (lambda: False, half, lambda: True):
                cut(keep)
    said["acknowledged"] = len(acknowledged)
    print(json.dumps(said))


main()
