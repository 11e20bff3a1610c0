#!/usr/bin/env python3
"""Cuts the power of a file system: FS_IOC_SHUTDOWN with NOLOGFLUSH, after which nothing reaches the device any more.
What was not synced is gone at the next mount, as after pulling the plug.

Opens the mount point given, prints "ready", waits for one line on standard input, cuts, prints "cut". Waiting for the
line lets the caller choose the instant without the start of an interpreter in between. Needs root.
"""

import fcntl
import os
import struct
import sys

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32), include/uapi/linux/fs.h
NOLOGFLUSH = 2

descriptor = os.open(sys.argv[1], os.O_RDONLY)
print("ready", flush=True)
if sys.stdin.readline():
    fcntl.ioctl(descriptor, FS_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))
    print("cut", flush=True)
